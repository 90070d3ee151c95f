/** The recorded expressions: what Kestra 1.0.20 gave, but for the cases that test/conformance names as its defects. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createTaint, type RenderContext, render, renderTyped, variablesOf } from '../../src/expression/index.ts';
import { parseJson, writeJson } from '../../src/model/json.ts';
import type { Value, ValueMap } from '../../src/model/value.ts';

interface Case {
  readonly name: string;
  readonly expr: string;
  readonly render?: string;
  readonly typed?: unknown;
  readonly typedError?: string;
  readonly error?: string;
}

const folder = new URL('../conformance/', import.meta.url);
const cases = JSON.parse(readFileSync(new URL('expressions/cases.json', folder), 'utf8')) as readonly Case[];
const variables = parseJson(readFileSync(new URL('expressions/context.json', folder), 'utf8')) as ValueMap;
const defects = new Set(
  readFileSync(new URL('expression-defects.txt', folder), 'utf8')
    .split('\n')
    .map(line => line.split('#')[0]?.trim() ?? '')
    .filter(name => name !== ''),
);
const secrets: Readonly<Record<string, string>> = { MYSECRET: 's3cr3t-value', JSONSECRET: '{"a":{"b":"inner"}}' };

function context(): RenderContext {
  return {
    variables: variablesOf(variables),
    taint: createTaint(),
    services: {
      secret: async name => secrets[name.toUpperCase()],
      kv: async () => undefined,
      read: async path => Promise.reject(new Error(`${path} (No such file or directory)`)),
      fileSize: async path => Promise.reject(new Error(path)),
      fileExists: async () => false,
      http: async () => Promise.reject(new Error('Unable to execute HTTP request')),
    },
  };
}

describe('recorded expressions', () => {
  test.each(cases.filter(({ name }) => !defects.has(name)))('$name: $expr', async expected => {
    if (expected.error !== undefined) {
      await expect(render(expected.expr, context())).rejects.toThrow();
      return;
    }
    expectEqual(await render(expected.expr, context()), expected.render);
    if (expected.typedError !== undefined) await expect(renderTyped(expected.expr, context())).rejects.toThrow();
    else expectEqual(plain(await renderTyped(expected.expr, context())), expected.typed);
  });
});

/** As the recording has it: plain JSON, whose numbers are JavaScript's. */
function plain(value: Value): unknown {
  return JSON.parse(writeJson(value));
}

/** The rules of compare.py: JSON within texts is compared as JSON, `<any>` is any text, nothing and empty are the same. */
function expectEqual(given: unknown, expected: unknown): void {
  if (typeof expected === 'string' && expected.includes('<any>')) {
    const pattern = expected.split('<any>').map(RegExp.escape).join('.+');
    expect(given).toMatch(new RegExp(`^${pattern}$`, 's'));
  } else {
    expect(asJson(given)).toEqual(asJson(expected ?? null));
  }
}

function asJson(value: unknown): unknown {
  if (typeof value !== 'string' || !/^[{[][\s\S]*[}\]]$/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
