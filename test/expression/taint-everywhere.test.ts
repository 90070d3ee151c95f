/** What is made from a secret is tainted, whatever filter, function or method makes it: none of them is left out. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filters } from '../../src/expression/filters/index.ts';
import { functions } from '../../src/expression/functions/index.ts';
import { createTaint, renderTyped, variablesOf } from '../../src/expression/index.ts';
import { listMethods } from '../../src/expression/methods/list-methods.ts';
import { mapMethods } from '../../src/expression/methods/map-methods.ts';
import { numberMethods } from '../../src/expression/methods/number-methods.ts';
import { textMethods } from '../../src/expression/methods/text-methods.ts';
import { isTainted } from '../../src/expression/taint.ts';
import { isList, isMap, type Value } from '../../src/model/value.ts';

const secrets: Readonly<Record<string, string>> = {
  A: 'S3cr3t value-x',
  DATE: '2031-07-08T09:10:11Z',
  NUMBER: '73951',
  BASE64: Buffer.from('hidden inside').toString('base64'),
  URL: 'hid%20den',
  JSON: '{"user":"admin-1","keys":["k-123456","k-98765"]}',
  ION: '{user:"admin-1"}',
  LINES: 'first line\nsecond line',
  TEMPLATE: 'hello {{ name }} of the secret',
  PATH: 'kestra:///private/path',
};
const key = 'I6EGNzRESu3X3pKZidrqCGOHQFUFC0yK';

/** Expressions whose whole result is made from a secret, by name; or why nothing of the secret is in what it gives. */
type Sample = readonly string[] | { readonly harmless: string };
const harmless = (why: string) => ({ harmless: why });
const count = harmless('a number or truth about it, of which many secrets have the same');
const list = "[secret('A'), secret('URL')]";
const map = "{'a': secret('A')}";

const filterSamples: Readonly<Record<string, Sample>> = {
  ...Object.fromEntries(
    [
      'upper lower capitalize title first last base64encode urlencode md5 sha1 sha256 sha512 trim string slugify',
      'json toJson toIon yaml',
    ]
      .join(' ')
      .split(' ')
      .map(name => [name, [`secret('A') | ${name}`]]),
  ),
  length: count,
  startsWith: count,
  endsWith: count,
  timestamp: harmless('a number: only texts are masked'),
  timestampMilli: harmless('a number: only texts are masked'),
  number: harmless('a number: only texts are masked, this one as far as it is spelled like the secret'),
  abs: harmless('a number: only texts are masked'),
  className: harmless('the name of a type'),
  keys: ["{(secret('A')): 1} | keys"],
  values: [`${map} | values`],
  reverse: [`${list} | reverse`],
  merge: [`${list} | merge([secret('DATE')])`],
  join: [`${list} | join(', ')`],
  date: ["secret('DATE') | date('EEEE d MMMM yyyy')"],
  dateAdd: ["secret('DATE') | dateAdd(1, 'DAYS')"],
  timestampMicro: ["secret('DATE') | timestampMicro"],
  timestampNano: ["secret('DATE') | timestampNano"],
  base64decode: ["secret('BASE64') | base64decode"],
  urldecode: ["secret('URL') | urldecode"],
  indent: ["secret('LINES') | indent(3)"],
  nindent: ["secret('LINES') | nindent(3)"],
  flatten: [`[${list}] | flatten`],
  distinct: [`${list} | distinct`],
  chunk: [`${list} | chunk(1)`],
  sort: [`${list} | sort`],
  rsort: [`${list} | rsort`],
  split: ["secret('A') | split(' ')", "secret('A') | split('')"],
  substringBefore: ["secret('A') | substringBefore(' ')"],
  substringBeforeLast: ["secret('A') | substringBeforeLast('-')"],
  substringAfter: ["secret('A') | substringAfter(' ')"],
  substringAfterLast: ["secret('A') | substringAfterLast('-')"],
  abbreviate: ["secret('A') | abbreviate(8)"],
  default: ["secret('A') | default('x')", "missing | default(secret('A'))"],
  escapeChar: ["(secret('A') ~ '\\'') | escapeChar('shell')"],
  jq: [`${map} | jq('.a | ascii_downcase')`, `(secret('A') | toJson) | jq('split(" ")[]')`],
  numberFormat: ["(secret('NUMBER') | number('LONG')) | numberFormat('0')"],
  replace: [
    "secret('A') | replace({'S3cr3t': 'x-y-z'})",
    "'a b c d' | replace({'a': secret('A'), 'c': secret('URL')})",
  ],
  slice: ["secret('A') | slice(0, 6)"],
};

const functionSamples: Readonly<Record<string, Sample>> = {
  secret: ["secret('A')", "secret('JSON', subkey='user')"],
  json: ["json(secret('JSON'))"],
  fromJson: ["fromJson(secret('JSON'))"],
  fromIon: ["fromIon(secret('ION'))"],
  yaml: ["yaml(secret('JSON'))"],
  encrypt: [`encrypt('${key}', secret('A'))`],
  decrypt: [`decrypt('${key}', encrypt('${key}', secret('A')))`],
  max: harmless('a number: only texts are masked'),
  min: harmless('a number: only texts are masked'),
  render: ["render(secret('TEMPLATE'))"],
  renderOnce: ["renderOnce(secret('TEMPLATE'))"],
  currentEachOutput: ["currentEachOutput({'x': secret('A')})"],
  iterationOutput: harmless('an output: tainted when it was made, and found by its text'),
  fileURI: ["fileURI(secret('A'))"],
  now: [`now(format="'" ~ secret('A') ~ "' yyyy")`],
  printContext: harmless('what stands in it is tainted by itself'),
  fetchContext: harmless('what stands in it is tainted by itself'),
  read: harmless('a file of the user; what it holds of secrets is found by their texts'),
  http: harmless("another system's answer; what it holds of secrets is found by their texts"),
  kv: harmless('a value of its own'),
  errorLogs: harmless('masked before they are stored'),
  tasksWithState: harmless('names and states of tasks'),
  nanoId: harmless('drawn by chance'),
  ...Object.fromEntries(
    ['uuid', 'id', 'ksuid', 'randomInt', 'randomPort'].map(name => [name, harmless('drawn by chance')]),
  ),
  ...Object.fromEntries(['fileSize', 'isFileEmpty', 'fileExists'].map(name => [name, count])),
  range: harmless('numbers'),
};

const methodSamples: Readonly<Record<string, Sample>> = {
  ...Object.fromEntries(
    ['toString', 'toUpperCase', 'toLowerCase', 'trim', 'strip', 'stripLeading', 'stripTrailing'].map(name => [
      name,
      [`(secret('A')).${name}()`],
    ]),
  ),
  ...Object.fromEntries(
    [
      'equals size isEmpty contains containsAll indexOf lastIndexOf containsKey containsValue hashCode length isBlank',
      'startsWith endsWith matches equalsIgnoreCase compareTo intValue longValue doubleValue floatValue',
    ]
      .join(' ')
      .split(' ')
      .map(name => [name, count]),
  ),
  get: [`(${list}).get(0)`, `(${map}).get('a')`],
  getFirst: [`(${list}).getFirst()`],
  getLast: [`(${list}).getLast()`],
  subList: [`(${list}).subList(0, 1)`],
  getOrDefault: [`(${map}).getOrDefault('b', secret('A'))`],
  keySet: ["({(secret('A')): 1}).keySet()"],
  values: [`(${map}).values()`],
  entrySet: [`((${map}).entrySet() | first).value`],
  substring: ["(secret('A')).substring(2)"],
  charAt: ["(secret('A')).charAt(1)"],
  concat: ["'x'.concat(secret('A'))"],
  repeat: ["(secret('A')).repeat(2)"],
  replace: ["(secret('A')).replace('3', '4')"],
  replaceAll: ["(secret('A')).replaceAll('[0-9]', '#')"],
  replaceFirst: ["(secret('A')).replaceFirst('[0-9]', '#')"],
  split: ["(secret('A')).split(' ')"],
};

function* textsOf(value: Value): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (isList(value)) for (const item of value) yield* textsOf(item);
  else if (isMap(value)) for (const item of Object.values(value)) yield* textsOf(item);
}

const cases = (samples: Readonly<Record<string, Sample>>) =>
  Object.entries(samples).flatMap(([, sample]) => ('harmless' in sample ? [] : sample.map(each => [each])));

/** Renders it, and tells which of the texts in the result are not known to be secret. */
async function leaks(expression: string): Promise<{ texts: readonly string[]; leaked: readonly string[] }> {
  const taint = createTaint();
  const context = {
    variables: variablesOf({
      name: 'world',
      flow: { namespace: 'a.b' },
      parents: [],
      taskrun: { value: 'x' },
    }),
    services: { secret: async (name: string) => secrets[name], now: () => 0 },
    taint,
  };
  const result = await renderTyped(`{{ ${expression} }}`, context);
  const texts = [...textsOf(result)].filter(text => text.trim() !== '');
  return { texts, leaked: texts.filter(text => !isTainted(taint, text)) };
}

describe.each([
  ['filter', filters.keys(), filterSamples],
  ['function', functions.keys(), functionSamples],
  ['method', [listMethods, mapMethods, numberMethods, textMethods].flatMap(table => [...table.keys()]), methodSamples],
])('every %s', (_, names, samples) => {
  test('has a sample, or a reason why it needs none', () => {
    expect([...names].filter(name => !Object.hasOwn(samples, name))).toEqual([]);
  });

  test.each(cases(samples))('%s', async expression => {
    const { texts, leaked } = await leaks(expression);
    expect(texts.length).toBeGreaterThan(0);
    expect(leaked).toEqual([]);
  });
});

test('any chain of them keeps what it is made of', async () => {
  const step = fc.constantFrom(
    ...['upper', 'lower', 'title', 'trim', 'base64encode', 'urlencode', 'sha256', 'slugify', 'toJson', 'yaml', 'toIon'],
    ...[
      'indent(2)',
      'abbreviate(9)',
      'slice(0)',
      "replace({'e': '3'})",
      "split('[ -]') | last",
      "split('') | join('.')",
    ],
    ...["escapeChar('shell')", "substringBefore('zz')", "default('x')"],
  );
  const chain = fc.array(step, { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(chain, async steps => {
      expect((await leaks(`secret('A') | ${steps.join(' | ')}`)).leaked).toEqual([]);
    }),
    { numRuns: 500 },
  );
});
