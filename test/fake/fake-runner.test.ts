import { expect, test } from 'vitest';
import type { RunSpec } from '../../src/model/run.ts';
import { createFakeRunner, type FakeRunner, type FakeRunnerOptions } from '../../src/runners/fake/index.ts';
import { isLost, type LogCursor, PrepareError, type Run } from '../../src/runners/runner.ts';

const never = new AbortController().signal;

function specOf(argv: readonly string[], runId = 'run-1'): RunSpec {
  const folders = { workDir: '/w', outputDir: '/w/out', runDir: '/r' };
  return { runId, owner: 'me', labels: {}, argv, env: {}, ...folders, wanted: [], shared: false };
}

async function opened(runner: FakeRunner, spec: RunSpec): Promise<Run> {
  const run = await runner.open(await runner.prepare(spec, {}, () => {}, never), spec, {}, never);
  if (isLost(run)) throw new Error(run.lost);
  return run;
}

async function textsOf(run: Run, from?: LogCursor): Promise<string[]> {
  const texts: string[] = [];
  for await (const batch of run.logs(from)) texts.push(...batch.lines.map(line => `${line.stream} ${line.text}`));
  return texts;
}

async function live(argv: readonly string[], options?: FakeRunnerOptions) {
  const runner = createFakeRunner(options);
  const run = await opened(runner, specOf(argv));
  await run.start();
  const [outcome, lines] = await Promise.all([run.outcome(never), textsOf(run)]);
  await run.fetch(never);
  await run.dispose();
  return { outcome, lines, violations: runner.violations, left: runner.programs.size };
}

test.for([
  {
    argv: ['say', 'a', 'sleep', '5', 'complain', 'b'],
    outcome: { kind: 'exited', exitCode: 0 },
    lines: ['stdout a', 'stderr b'],
  },
  { argv: ['exit', '3', 'say', 'never'], outcome: { kind: 'exited', exitCode: 3 }, lines: [] },
  { argv: ['lose'], outcome: { kind: 'deleted-outside' }, lines: [] },
  { argv: ['run-out-of-memory'], outcome: { kind: 'out-of-memory', exitCode: 137 }, lines: [] },
])('$argv ends as it says', async ({ argv, outcome, lines }) => {
  expect(await live(argv)).toMatchObject({ outcome, lines, violations: [], left: 0 });
});

test('refuses in prepare when told so, and words that it does not know', async () => {
  await expect(live(['fail-prepare'])).rejects.toThrow(PrepareError);
  await expect(live(['dance'])).rejects.toThrow("does not know the word 'dance'");
  await expect(live(['sleep', 'long'])).rejects.toThrow("a number behind 'sleep', not 'long'");
  await expect(live(['say'])).rejects.toThrow("what follows 'say'");
});

test('a program goes on without its follower, and a second one takes the rest of its log', async () => {
  const runner = createFakeRunner();
  const spec = specOf(['say', 'one', 'sleep', '20', 'say', 'two', 'exit', '4']);
  const first = await opened(runner, spec);
  await first.start();
  let cursor: LogCursor | undefined;
  for await (const batch of first.logs()) {
    cursor = batch.cursor;
    break;
  }
  const second = await opened(runner, spec);
  await second.start();
  expect(await second.outcome(never)).toEqual({ kind: 'exited', exitCode: 4 });
  expect(await textsOf(second, cursor)).toEqual(['stdout two']);
  expect(runner.programs.get(spec.runId)?.starts).toBe(1);
  await second.dispose();
  expect(
    isLost(await runner.open({ runner: runner.type, version: 1, runId: spec.runId, data: {} }, spec, {}, never)),
  ).toBe(true);
});

test('stop ends it: with its grace when it ignores the first signal, at once without', async () => {
  for (const [argv, graceMs, least] of [
    [['hang'], 10_000, 0],
    [['ignore-term', 'hang'], 50, 45],
    [['ignore-term', 'hang'], 0, 0],
  ] as const) {
    const run = await opened(createFakeRunner(), specOf(argv));
    await run.start();
    const before = Date.now();
    await run.stop({ graceMs });
    expect(Date.now() - before).toBeGreaterThanOrEqual(least);
    expect(Date.now() - before).toBeLessThan(9_000);
    expect(await run.outcome(never)).toEqual({ kind: 'stopped' });
  }
});

test('delays and faults come where they are asked for', async () => {
  const before = Date.now();
  await live(['exit', '0'], { delay: { start: 30 } });
  expect(Date.now() - before).toBeGreaterThanOrEqual(28);
  const fault = (call: string): void => {
    if (call === 'fetch') throw new Error('the engine is away');
  };
  await expect(live(['exit', '0'], { fault })).rejects.toThrow('the engine is away');
});

test('tells which calls came out of order', async () => {
  const runner = createFakeRunner();
  const run = await opened(runner, specOf(['say', 'unread']));
  await run.start();
  await run.fetch(never);
  await run.dispose();
  await run.stop({ graceMs: 0 });
  expect(runner.violations).toEqual([
    'fetch of run-1 before its outcome',
    'dispose of run-1 before its log was read to the end',
    'stop of run-1 after its dispose',
  ]);
  expect(runner.calls).toEqual(['prepare', 'open', 'start', 'fetch', 'dispose', 'stop'].map(call => `${call} run-1`));
});

test('an aborted wait ends the wait, not the program', async () => {
  const run = await opened(createFakeRunner(), specOf(['sleep', '30', 'exit', '2']));
  await run.start();
  await expect(run.outcome(AbortSignal.timeout(5))).rejects.toThrow();
  expect(await run.outcome(never)).toEqual({ kind: 'exited', exitCode: 2 });
});

test('lists what exists of an owner, and removes it', async () => {
  const runner = createFakeRunner();
  await opened(runner, specOf(['hang'], 'mine'));
  await opened(runner, { ...specOf(['hang'], 'other'), owner: 'another' });
  for await (const handle of runner.list('me', {}, never)) await runner.remove(handle, {});
  expect([...runner.programs.keys()]).toEqual(['other']);
});
