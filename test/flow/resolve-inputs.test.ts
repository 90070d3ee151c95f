import { describe, expect, test } from 'vitest';
import { createTaint, renderTyped, variablesOf } from '../../src/expression/index.ts';
import { inputVariables, LocalFile, resolveInputs } from '../../src/flow/index.ts';
import type { GivenInput, InputContext } from '../../src/flow/inputs/resolve-inputs.ts';
import { decryptText, encryptText } from '../../src/model/encryption.ts';
import { Real, type ValueMap } from '../../src/model/value.ts';
import { good, logTask, withTasks } from './reading.ts';

const key = Buffer.alloc(32, 7).toString('base64');

const context: InputContext = {
  render: (template, variables) =>
    renderTyped(template, { variables: variablesOf({ ...variables }), services: {}, taint: createTaint() }),
  storeFile: async (id, path) => {
    if (path.includes('missing')) throw new Error(`no such file: ${path}`);
    return `kestra:///inputs/${id}/${path}`;
  },
  encrypt: text => encryptText(key, text),
};

function flowWith(...inputs: string[]) {
  return good(withTasks(logTask, `inputs:\n${inputs.map(input => `  - {${input}}\n`).join('')}`));
}

async function value(input: string, given?: GivenInput) {
  const result = await resolveInputs(flowWith(`id: x, ${input}`), given === undefined ? {} : { x: given }, context);
  return 'inputs' in result ? result.inputs.x : result.violations.map(({ message }) => message).join('\n');
}

describe('values by type', () => {
  test.each<[input: string, given: GivenInput | undefined, expected: unknown]>([
    ['type: STRING', 'abc', 'abc'],
    ['type: STRING', '', ''],
    ['type: STRING, defaults: 1.10', undefined, '1.1'],
    ['type: STRING, defaults: 0.00001', undefined, '1.0E-5'],
    ['type: STRING, defaults: yes', undefined, 'true'],
    ['type: INT, defaults: 5.9', undefined, 5],
    ['type: INT, defaults: 1e3', undefined, 1000],
    ['type: BOOL, defaults: 012', undefined, true],
    ['type: BOOL, defaults: 0', undefined, false],
    ['type: STRING', new LocalFile('bob'), '@bob'],
    ['type: INT', '42', 42],
    ['type: INT', '+42', 42],
    ['type: INT', 42, 42],
    ['type: FLOAT', '4.25', 4.25],
    ['type: FLOAT', '0.1', 0.1],
    ['type: FLOAT', '3', new Real('double', '3.0')],
    ['type: FLOAT', '1e3', new Real('double', '1000.0')],
    ['type: BOOL', 'TRUE', true],
    ['type: BOOLEAN', 'maybe', false],
    ['type: BOOL, defaults: yes', undefined, true],
    ['type: DATE', '2024-02-29', '2024-02-29'],
    ['type: TIME', '07:08', '07:08:00'],
    ['type: TIME', '07:08:09.5', '07:08:09.5'],
    ['type: DATETIME', '2024-05-06T07:08:09+02:00', '2024-05-06T05:08:09Z'],
    ['type: DURATION', 'PT1H30M', new Real('double', '5400.0')],
    ['type: DURATION', 2.5, 2.5],
    ['type: JSON', '{"a": [1, 2.0]}', { a: [1, new Real('double', '2.0')] }],
    ['type: JSON', '5', 5],
    ['type: JSON', { file: 'not a file' }, { file: 'not a file' }],
    ['type: TIME', '10:00', '10:00:00'],
    ['type: YAML', 'a:\n  - 1\n  - b: c\n', { a: [1, { b: 'c' }] }],
    ['type: URI', 'https://example.org/a?b=1', 'https://example.org/a?b=1'],
    ['type: EMAIL', 'a@b.io', 'a@b.io'],
    ['type: ARRAY, itemType: INT', '[1, "2"]', [1, 2]],
    ['type: MULTISELECT, values: [a, b]', '["b"]', ['b']],
    ['type: MULTISELECT, values: [a, b], autoSelectFirst: true', undefined, ['a']],
    ['type: SELECT, values: ["yes", "no"]', 'yes', 'yes'],
    ['type: SELECT, values: [a, b], required: false', 'c', 'c'],
    ['type: SELECT, values: [a], allowCustomValue: true', 'c', 'c'],
    ["type: SELECT, expression: \"{{ ['p', 'q'] }}\"", 'q', 'q'],
    ['type: ENUM, values: [a]', 'a', 'a'],
    ['type: FILE', new LocalFile('d/a.csv'), 'kestra:///inputs/x/d/a.csv'],
    ['type: FILE', 'kestra:///a/b.csv', 'kestra:///a/b.csv'],
    ['type: STRING, required: false', undefined, null],
    ['type: INT, defaults: "{{ 1 + 2 }}"', undefined, 3],
  ])('%s given %s', async (input, given, expected) => {
    expect(await value(input, given)).toEqual(expected);
  });
});

describe('refused values, in the words of Kestra', () => {
  test.each<[input: string, given: GivenInput | undefined, message: string]>([
    ['type: STRING', undefined, 'Invalid input for `x`, missing required input, but received `null`'],
    ['type: INT', '4x', 'Invalid input for `x`, For input string: "4x", but received `4x`'],
    ['type: INT', '99999999999', 'Invalid input for `x`, For input string: "99999999999", but received `99999999999`'],
    ['type: INT, min: 5', '3', 'Invalid input for `x`, it must be more than `5`, but received `3`'],
    ['type: INT, max: 10', '11', 'Invalid input for `x`, it must be less than `10`, but received `11`'],
    ['type: FLOAT, min: 1', '0.5', 'Invalid input for `x`, it must be more than `1.0`, but received `0.5`'],
    ['type: DURATION, min: PT1H', 'PT1M', 'Invalid input for `x`, It must be more than `PT1H`, but received `PT1M`'],
    [
      'type: DATE, after: "2024-01-02"',
      '2024-01-01',
      'Invalid input for `x`, it must be after `2024-01-02`, but received `2024-01-01`',
    ],
    [
      'type: DATETIME, before: "2024-01-01T00:00:00Z"',
      '2025-01-01T00:00:00Z',
      'Invalid input for `x`, it must be before `2024-01-01T00:00:00Z`, but received `2025-01-01T00:00:00Z`',
    ],
    ['type: SELECT, values: [a, b]', 'c', 'Invalid input for `x`, it must match the values `[a, b]`, but received `c`'],
    [
      'type: MULTISELECT, values: [a, b]',
      '["a","z"]',
      'Invalid input for `x`, it must match the values `[a, b]`, but received `["a","z"]`',
    ],
    ['type: STRING, validator: "a+"', 'ab', 'Invalid input for `x`, it must match the pattern `a+`, but received `ab`'],
    [
      'type: STRING, validator: "(a+)+"',
      `${'a'.repeat(50)}!`,
      `Invalid input for \`x\`, its validator cannot be used: A regular expression ran for more than 2 s; make it simpler, but received \`${'a'.repeat(50)}!\``,
    ],
    [
      'type: SECRET, validator: "a+"',
      'geheim',
      'Invalid input for `x`, it must match the pattern `a+`, but received `******`',
    ],
    ['type: EMAIL', 'nope', 'Invalid input for `x`, The input must be a valid email, but received `nope`'],
    [
      'type: ARRAY, itemType: INT',
      '["a"]',
      'Invalid input for `x`, Unable to parse array element as `INT` on `a`, but received `["a"]`',
    ],
    [
      'type: DATE',
      '06/05/2024',
      'Invalid input for `x`, Expected `DATE` but received `06/05/2024`: write a date like 2024-05-06',
    ],
    [
      'type: DATE',
      '2024-02-30',
      'Invalid input for `x`, Expected `DATE` but received `2024-02-30`: write a date like 2024-05-06',
    ],
    ['type: YAML', '', 'Invalid input for `x`, Expected `YAML` but received ``: it is empty'],
    ['type: TIME', '25:00', 'Invalid input for `x`, Expected `TIME` but received `25:00`: write a time like 07:08:09'],
    [
      'type: URI',
      'http://localhost',
      'Invalid input for `x`, Expected `URI` but received `http://localhost`: write scheme://host.domain/path; the host needs a dot',
    ],
    [
      'type: FILE',
      'a.csv',
      'Invalid input for `x`, it must be a file: give it as @PATH, or as the kestra:/// URI of a stored one, but received `a.csv`',
    ],
    [
      'type: FILE',
      new LocalFile('missing.csv'),
      "Invalid input for `x`, Can't upload file: no such file: missing.csv, but received `missing.csv`",
    ],
    [
      'type: FILE, allowedFileExtensions: [.csv]',
      new LocalFile('a.txt'),
      'Invalid input for `x`, its name must end in one of `.csv`, but received `a.txt`',
    ],
  ])('%s given %s', async (input, given, message) => {
    expect(await value(input, given)).toBe(message);
  });

  test('DURATION says what to write', async () => {
    expect(await value('type: DURATION', '1h')).toContain('write PT1H');
  });

  test('all that is wrong is said at once, unknown inputs are dropped', async () => {
    const result = await resolveInputs(
      flowWith('id: a, type: INT', 'id: b, type: STRING', 'id: c, type: BOOL'),
      { a: 'x', c: 'true', z: '1' },
      context,
    );
    expect('violations' in result && result.violations.map(({ path }) => path)).toEqual(['a', 'b']);
  });
});

describe('inputs that depend on others', () => {
  test('defaults see only what they depend on, in any order', async () => {
    const flow = flowWith(
      'id: greeting, type: STRING, defaults: "hello {{ inputs.name }}", dependsOn: {inputs: [name]}',
      'id: blind, type: STRING, defaults: "[{{ inputs.name }}]"',
      'id: name, type: STRING, defaults: world',
    );
    expect(await resolveInputs(flow, {}, context)).toEqual({
      inputs: { greeting: 'hello world', blind: '[]', name: 'world' },
    });
  });

  test('a condition that is false leaves the input out, and what depends on it', async () => {
    const flow = flowWith(
      'id: "on", type: BOOL, defaults: false',
      'id: x, type: STRING, dependsOn: {inputs: ["on"], condition: "{{ inputs.on }}"}',
      'id: y, type: STRING, dependsOn: {inputs: [x]}',
    );
    expect(await resolveInputs(flow, {}, context)).toEqual({ inputs: { on: false } });
    expect(await resolveInputs(flow, { on: 'true', x: '1', y: '2' }, context)).toEqual({
      inputs: { on: true, x: '1', y: '2' },
    });
  });

  test('a refused input speaks for those that depend on it', async () => {
    const flow = flowWith(
      'id: a, type: INT',
      'id: b, type: STRING, defaults: "{{ inputs.a }}", dependsOn: {inputs: [a]}',
    );
    const result = await resolveInputs(flow, { a: 'x' }, context);
    expect('violations' in result && result.violations).toHaveLength(1);
  });

  test('a condition that cannot be rendered', async () => {
    const flow = flowWith('id: a, type: STRING, dependsOn: {condition: "{{ nope.x }}"}');
    const result = await resolveInputs(flow, { a: 'x' }, context);
    expect('violations' in result && result.violations[0]?.message).toMatch(/^Invalid condition: /);
  });
});

describe('stored and seen', () => {
  test('secrets are kept encrypted and seen as text', async () => {
    const flow = flowWith(
      'id: s, type: SECRET',
      'id: t, type: STRING, defaults: "{{ inputs.s }}", dependsOn: {inputs: [s]}',
    );
    const result = (await resolveInputs(flow, { s: 'geheim' }, context)) as { inputs: ValueMap };
    expect(result.inputs.s).toMatchObject({ type: 'io.kestra.datatype:aes_encrypted' });
    expect(JSON.stringify(result.inputs.s)).not.toContain('geheim');
    expect(inputVariables(flow.inputs, result.inputs, text => decryptText(key, text))).toEqual({
      s: 'geheim',
      t: 'geheim',
    });
  });

  test('without a key a secret is refused', async () => {
    const { encrypt: _, ...keyless } = context;
    const result = await resolveInputs(flowWith('id: s, type: SECRET'), { s: 'geheim' }, keyless);
    expect('violations' in result && result.violations[0]?.message).toContain('encryption is not configured');
    expect(JSON.stringify(result)).not.toContain('geheim');
  });

  test('ids with dots nest, and are seen in both ways', async () => {
    const flow = flowWith('id: a.b, type: INT', 'id: a.c.d, type: STRING, required: false', 'id: p.x, type: STRING');
    const result = (await resolveInputs(flow, { 'a.b': '1', 'p.x': 'y' }, context)) as { inputs: ValueMap };
    expect(result.inputs).toEqual({ a: { b: 1, c: { d: null } }, p: { x: 'y' } });
    expect(inputVariables(flow.inputs, result.inputs, text => text)).toMatchObject({
      'a.b': 1,
      a: { b: 1 },
      'p.x': 'y',
    });
  });
});
