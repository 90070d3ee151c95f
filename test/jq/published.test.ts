/** jq against the tests that jq publishes: 350 of jq 1.6, of which those below differ. */
import { expect, test } from 'vitest';
import { JqError, jq } from '../../src/expression/jq/index.ts';
import { parseJson, writeJson } from '../../src/model/json.ts';
import { isList, isMap, type Value } from '../../src/model/value.ts';
import { type PublishedTest, publishedTests } from './published-tests.ts';

/** By the line of jq 1.6's tests. What a program may not do says so in its message. */
const differs: Readonly<Record<string, { readonly why: string; readonly says?: RegExp }>> = {
  'jq.test:1361': { why: 'no modules', says: /'import' is not supported/ },
  'jq.test:1365': { why: 'no modules', says: /'import' is not supported/ },
  'jq.test:1369': { why: 'no modules', says: /'include' is not supported/ },
  'jq.test:1393': { why: 'no modules', says: /'modulemeta' is not supported/ },
  'jq.test:1405': { why: 'no modules', says: /'import' is not supported/ },
  'onig.test:2': {
    why: 'jq 1.6 drops the groups of an empty match, and the match at the end; 1.7 gives them as we do',
  },
};

test('jq does what its published tests say', { timeout: 120_000 }, context => {
  let published: readonly PublishedTest[];
  try {
    published = publishedTests();
  } catch (error) {
    if (process.env.WINDLASS_TEST_ENGINES === 'required') throw error;
    return context.skip(`the tests of jq cannot be fetched: ${(error as Error).message}`);
  }
  expect(published.length).toBeGreaterThanOrEqual(350);
  const unexpected: object[] = [];
  for (const each of published) {
    const known = differs[each.place];
    const result = resultOf(each);
    if (known) {
      console.log(`differs: ${each.place} ${each.program}: ${known.why}`);
      expect(known.says?.test(String(result)) ?? true, each.place).toBe(true);
    }
    const equal = each.fails ? typeof result === 'string' : same(result, each.outputs.map(readJson));
    if (equal === (known !== undefined)) unexpected.push({ ...each, result });
  }
  expect(unexpected).toEqual([]);
});

/** The outputs, or the message of an error. Where no output is wanted, jq's tests let a running program fail. */
function resultOf({ program, input, outputs, fails }: PublishedTest): readonly Value[] | string {
  try {
    return jq(program, readJson(input));
  } catch (error) {
    expect(error).toBeInstanceOf(JqError);
    return !fails && outputs.length === 0 && (error as JqError).position === undefined
      ? []
      : (error as JqError).message;
  }
}

/** What jq's own reader takes beyond JSON: a byte order mark, and names of numbers. */
function readJson(text: string): Value {
  const plain = text.replace(/^\uFEFF/, '').replaceAll(/-?Infinity/g, sign => (sign[0] === '-' ? '-1e999' : '1e999'));
  return parseJson(plain.replaceAll(/-?NaN/g, 'null'));
}

/** As JSON, whatever the order of names and the kinds of numbers. */
function same(result: readonly Value[] | string, wanted: readonly Value[]): boolean {
  return typeof result !== 'string' && JSON.stringify(result.map(sorted)) === JSON.stringify(wanted.map(sorted));
}

function sorted(value: Value): unknown {
  if (isList(value)) return value.map(sorted);
  if (isMap(value))
    return Object.fromEntries(
      Object.keys(value)
        .sort()
        .map(key => [key, sorted(value[key] ?? null)]),
    );
  return JSON.parse(writeJson(value)) as unknown;
}
