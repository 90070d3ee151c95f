/** A few recorded flows, and all recorded expressions, through the built program: the rest runs in this process. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { dockerUnderTest } from '../docker/engine.ts';
import { useSandbox } from '../e2e/sandbox.ts';
import { folder, readCases, readList } from './cases.ts';
import { comparable, type Json } from './comparable.ts';
import { difference } from './difference.ts';
import { equals } from './equal.ts';
import { recordedEnvironment } from './stage.ts';
import { Table } from './table.ts';

const sandbox = useSandbox();
const config = join(folder, 'config.yaml');
const scratch = mkdtempSync(join(tmpdir(), 'windlass-conformance-'));
const env = Object.fromEntries(
  Object.entries(recordedEnvironment(scratch)).filter((pair): pair is [string, string] => pair[1] !== undefined),
);
const engine = await dockerUnderTest();
const noEngine = 'unavailable' in engine;
afterAll(() => rmSync(scratch, { recursive: true }));

const chosen = [
  'dk-outputfiles-00',
  'flow-foreach-nested',
  'input-default-invalid',
  'input-int-min-bad',
  'label-exec',
  'output-flow',
  'pd-unknown-prop',
  'retry-constant-success',
  'sh-exit-code',
  'sh-metrics-protocol',
  'sh-python-commands',
  'state-allow-failure-allow-warning',
  'state-errors-flow',
  'subflow-in-foreach',
  'task-unknown-property',
  'wd-docker-pass-inputfiles',
];
const cases = readCases().filter(({ name }) => chosen.includes(name));

test('the chosen flows are there', () => {
  expect(cases.map(({ name }) => name)).toEqual(chosen);
});

test.each(cases.map(recorded => [recorded.name, recorded] as const))('%s', async (name, recorded) => {
  const { source, with: how, expected } = recorded;
  if (recorded.needsDocker && noEngine) return console.log(`skipped: ${name} needs a Docker engine`);
  const inputs = Object.entries(how.inputs ?? {}).flatMap(([id, value]) => [
    '-i',
    `${id}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  ]);
  const labels = Object.entries(how.labels ?? {}).flatMap(([key, value]) => ['--label', `${key}:${value}`]);
  const file = sandbox().write('flow.yaml', source);
  const args = ['run', file, '--json', '--ephemeral', '--config', config, ...inputs, ...labels];
  const { out, code } = await sandbox().run(args, { env });
  if (expected.refused !== undefined) {
    expect(JSON.parse(out)).toMatchObject({ error: { message: expect.any(String) }, violations: expect.any(Array) });
    expect(code).toBe(2);
  } else if (expected.execution) expect(difference(expected.execution, comparable(out))).toBeUndefined();
});

interface Expression {
  readonly name: string;
  readonly expr: string;
  readonly render?: string;
  readonly typed?: Json;
  readonly typedError?: string;
  readonly error?: string;
}

test('all recorded expressions', async () => {
  const defects = readList('expression-defects.txt');
  const path = join(folder, 'expressions/cases.json');
  const all = (JSON.parse(readFileSync(path, 'utf8')) as Expression[]).filter(({ name }) => !defects.has(name));
  const context = join(folder, 'expressions/context.json');
  const { out } = await sandbox().run(['eval', '--context', context, '--config', config, '--jsonl'], {
    env,
    input: all.map(({ expr }) => `${JSON.stringify(expr)}\n`).join(''),
  });
  const rows = out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Partial<Expression>);
  expect(rows).toHaveLength(all.length);
  const table = new Table();
  const different = all.flatMap((expected, i) => {
    const found = expressionDifference(expected, rows[i] ?? {});
    table.add('expressions', found === undefined ? 'passed' : 'failed');
    return found === undefined ? [] : [`${expected.name}: ${expected.expr}: ${found}`];
  });
  table.print('recorded expressions');
  expect(different).toEqual([]);
});

function expressionDifference(expected: Expression, given: Partial<Expression>): string | undefined {
  if (expected.error !== undefined)
    return given.error === undefined ? `must fail, gave ${JSON.stringify(given.render)}` : undefined;
  if (given.error !== undefined) return `failed: ${given.error}`;
  if (!equals(expected.render ?? null, given.render ?? null))
    return `expected ${JSON.stringify(expected.render)}, got ${JSON.stringify(given.render)}`;
  if (expected.typedError !== undefined) return given.typedError === undefined ? 'its type must be refused' : undefined;
  if (expected.typed !== undefined && !equals(expected.typed, given.typed ?? null))
    return `typed: expected ${JSON.stringify(expected.typed)}, got ${JSON.stringify(given.typed)}`;
  return undefined;
}
