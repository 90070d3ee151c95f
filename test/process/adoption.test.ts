import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunSpec } from '../../src/model/run.ts';
import { type Handle, isLost, type LogCursor, type Run } from '../../src/runners/runner.ts';
import { linesOf, markedProcesses, never, startedPid, type TestRuns, testRuns, until } from './harness.ts';

let runs: TestRuns;
beforeEach(() => {
  runs = testRuns();
});
afterEach(async () => {
  expect(await runs.leave()).toEqual([]);
});

test('kill -9 of the process that started it at 20 moments: one start, the whole log, the right exit status', async () => {
  const script =
    'echo x >>count; i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo out $i; echo err $i >&2; sleep 0.005; done; exit 7';
  const expected = ['out', 'err'].map(word => Array.from({ length: 40 }, (_, index) => `${word} ${index + 1}`));
  for (let moment = 0; moment < 20; moment++) {
    const spec = runs.spec(['/bin/sh', '-c', script]);
    const handle = await startAndKill(spec, moment * 9);
    const run = await reopen(handle, spec);
    await run.start();
    const lines = await linesOf(run);
    expect(['stdout', 'stderr'].map(name => lines.filter(line => line.stream === name).map(line => line.text))).toEqual(
      expected,
    );
    expect(await run.outcome(never)).toEqual({ kind: 'exited', exitCode: 7 });
    expect(readFileSync(join(spec.workDir, 'count'), 'utf8')).toBe('x\n');
    await run.dispose();
  }
}, 60_000);

test('going on from any cursor gives every line once', async () => {
  const text = 'one\n\nthree\r\nfour\rfive\r\n\nseven ü';
  const spec = runs.spec(['/bin/sh', '-c', 'for part in "$@"; do printf %s "$part"; sleep 0.002; done', 'sh', ...text]);
  const run = await runs.open(spec);
  await run.start();
  const whole = ['one', '', 'three', 'four', 'five', '', 'seven ü'];
  let cursor: LogCursor | undefined;
  const seen: string[] = [];
  // Each reader takes one batch and is gone, as after a crash that follows its commit.
  for (let more = true; more; ) {
    more = false;
    for await (const batch of (await runs.open(spec)).logs(cursor)) {
      seen.push(...batch.lines.map(line => line.text));
      cursor = JSON.parse(JSON.stringify(batch.cursor)) as LogCursor;
      more = true;
      break;
    }
  }
  expect(seen).toEqual(whole);
  expect((await linesOf(run)).map(line => line.text)).toEqual(whole);
  await run.dispose();
});

test('what ended while nobody looked is settled, not started again', async () => {
  const spec = runs.spec(['/bin/sh', '-c', 'echo x >>count; echo said; exit 9']);
  const handle = await startAndKill(spec, 0);
  const first = await reopen(handle, spec);
  await first.start();
  await until(() => markedProcesses(spec.runId).length === 0);
  const run = await reopen(handle, spec);
  await run.start();
  expect(await run.outcome(never)).toEqual({ kind: 'exited', exitCode: 9 });
  expect((await linesOf(run)).map(line => line.text)).toEqual(['said']);
  expect(readFileSync(join(spec.workDir, 'count'), 'utf8')).toBe('x\n');
  await run.dispose();
});

test('a foreign process that has got the pid is neither taken for ours nor ended', async () => {
  const spec = runs.spec(['/bin/sh', '-c', 'sleep 300']);
  await runs.open(spec);
  const foreign = spawn('sleep', ['300'], { detached: true, stdio: 'ignore' });
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  writeFileSync(join(spec.runDir, 'started'), `${foreign.pid}|1|${boot}\n`);
  const run = await runs.open(spec);
  await run.start();
  expect(await run.outcome(never)).toMatchObject({ kind: 'deleted-outside' });
  await run.stop({ graceMs: 100 });
  await run.dispose();
  expect(foreign.exitCode ?? foreign.signalCode).toBe(null);
  foreign.kill('SIGKILL');
  await once(foreign, 'exit');
});

test('a run of an earlier start of the machine is not waited for', async () => {
  const spec = runs.spec(['/bin/sh', '-c', 'true']);
  await runs.open(spec);
  writeFileSync(join(spec.runDir, 'started'), '1|1|0-earlier-boot\n');
  const run = await runs.open(spec);
  expect(await run.outcome(never)).toMatchObject({ kind: 'node-lost' });
  expect(await linesOf(run)).toEqual([]);
  await run.dispose();
});

test('a watcher that died while it took the start leaves no run that waits for ever', async () => {
  const spec = runs.spec(['/bin/sh', '-c', 'echo never']);
  await runs.open(spec);
  writeFileSync(join(spec.runDir, 'started'), '');
  const run = await runs.open(spec);
  await run.start();
  expect(await run.outcome(never)).toMatchObject({ kind: 'never-started' });
  expect(await linesOf(run)).toEqual([]);
  await run.dispose();
});

test('the folder taken away while the program runs: a lost end, never a success', async () => {
  const { rmSync } = await import('node:fs');
  const spec = runs.spec(['/bin/sh', '-c', 'sleep 0.5']);
  const run = await runs.open(spec);
  await run.start();
  await startedPid(spec.runDir);
  const outcome = run.outcome(never);
  // The supervisor may be writing a file just now.
  rmSync(spec.runDir, { recursive: true, maxRetries: 10 });
  expect((await outcome).kind).not.toBe('exited');
  expect(await linesOf(run)).toEqual([]);
  await run.dispose();
});

/** Lets another process start the run, and kills it `afterMs` after it opened it. */
async function startAndKill(spec: RunSpec, afterMs: number): Promise<Handle> {
  const handleFile = join(runs.root, `${spec.runId}.json`);
  const starter = join(import.meta.dirname, 'starter.ts');
  const child = spawn(process.execPath, [starter, JSON.stringify({ spec, handleFile })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  await new Promise(resolve => setTimeout(resolve, afterMs));
  child.kill('SIGKILL');
  await once(child, 'exit');
  return JSON.parse(readFileSync(handleFile, 'utf8')) as Handle;
}

async function reopen(handle: Handle, spec: RunSpec): Promise<Run> {
  const run = await runs.runner.open(handle, spec, {}, never);
  if (isLost(run)) throw new Error(run.lost);
  return run;
}
