/** The recorded flows: what Kestra refuses is refused here, what it takes is read, inputs have the same values. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createTaint, renderTyped, variablesOf } from '../../src/expression/index.ts';
import { resolveInputs } from '../../src/flow/index.ts';
import { writeJson } from '../../src/model/json.ts';
import { read } from './reading.ts';

const folder = join(import.meta.dirname, '../conformance');
const names = readdirSync(join(folder, 'flows')).map(name => name.replace('.yaml', ''));
const refused = names.filter(name => readExpected(name).refused === 'flow');
const taken = names.filter(name => /^(?:input|label|pd)-/.test(name) && !refused.includes(name));

function readExpected(name: string): {
  refused?: string;
  kestraSays?: string;
  execution?: { inputs?: Record<string, unknown> };
} {
  return JSON.parse(readFileSync(join(folder, 'expected', name.replace(/(?:\.yaml)?$/, '').concat('.json')), 'utf8'));
}

function readText(name: string): string {
  return readFileSync(join(folder, 'flows', `${name}.yaml`), 'utf8');
}

test.each(refused)('%s is refused', name => {
  expect(read(readText(name)).problems.some(({ severity }) => severity === 'error')).toBe(true);
});

test.each(taken)('%s is read, with the same inputs', async name => {
  const text = readText(name);
  const { flows, problems } = read(text);
  expect(problems).toEqual([]);
  const header = /^# with: (.*)$/m.exec(text)?.[1];
  const result = await resolveInputs(flows[0] ?? { inputs: [] }, header ? (JSON.parse(header).inputs ?? {}) : {}, {
    render: (template, variables) =>
      renderTyped(template, { variables: variablesOf({ ...variables }), services: {}, taint: createTaint() }),
    storeFile: async () => 'kestra:///stored',
    encrypt: () => 'cipher',
  });
  const expected = readExpected(name);
  if (expected.refused === 'inputs') expect(result).toHaveProperty('violations');
  else
    expect(withoutNulls(JSON.parse(writeJson('inputs' in result ? result.inputs : result)))).toEqual(
      masked(expected.execution?.inputs),
    );
});

/** At the recorder null and absent are the same. */
function withoutNulls(inputs: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== null));
}

function masked(inputs: Record<string, unknown> | null | undefined): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(inputs ?? {}).map(([id, value]) => [id, value === '<any>' ? expect.anything() : value]),
  );
}
