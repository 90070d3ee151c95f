import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { membersOf } from '../../src/runners/process/members.ts';
import { isAlive, parsePs, processTable } from '../../src/runners/process/process-table.ts';
import { isRunning, linesOf, markedProcesses, never, startedPid, type TestRuns, testRuns, until } from './harness.ts';

let runs: TestRuns;
beforeEach(() => {
  runs = testRuns();
});
afterEach(async () => {
  expect(await runs.leave()).toEqual([]);
});

/** Three deep; escapees by setsid, nohup and a double fork hold stdout, and one of them ignores SIGTERM. */
const tree = `
echo $$ >>pids
nohup sh -c 'echo $$ >>pids; sleep 300; true' &
setsid sh -c 'trap "" TERM; echo $$ >>pids; while :; do sleep 1; done' &
(setsid sh -c 'echo $$ >>pids; nohup sh -c "echo \\$\\$ >>pids; sleep 300; true"; true' &)
env -i PATH="$PATH" setsid sh -c 'echo $$ >>pids; sleep 300; true' &
wait
`;

test.for([{ graceMs: 0 }, { graceMs: 300 }])('stop ends the whole tree and its escapees: %o', async how => {
  const spec = runs.spec(['/bin/sh', '-c', tree]);
  const run = await runs.open(spec);
  await run.start();
  const log = linesOf(run);
  const pids = await until(() => pidsIn(spec.workDir, 6));
  expect(pids.filter(isRunning)).toEqual(pids);
  await run.stop(how);
  expect(pids.filter(isRunning)).toEqual([]);
  expect(markedProcesses(spec.runId)).toEqual([]);
  expect(await run.outcome(never)).toMatchObject({ kind: 'stopped' });
  await log;
  await run.dispose();
});

test('a program that ends well within its grace is not killed, and what it says last is in the log', async () => {
  const script = 'trap "sleep 0.2; echo cleaned; exit 0" TERM; echo up; while :; do sleep 0.05; done';
  const run = await runs.open(runs.spec(['/bin/sh', '-c', script]));
  await run.start();
  const lines: string[] = [];
  for await (const batch of run.logs()) {
    if (lines.length === 0) void run.stop({ graceMs: 10_000 });
    // Its shell says on stderr that its `sleep` was terminated.
    lines.push(...batch.lines.filter(line => line.stream === 'stdout').map(line => line.text));
  }
  expect(lines).toEqual(['up', 'cleaned']);
  expect(await run.outcome(never)).toEqual({ kind: 'stopped', detail: 'Stopped; exit status 0.' });
  await run.dispose();
});

test('a second stop without grace does not wait for the first', async () => {
  const run = await runs.open(runs.spec(['/bin/sh', '-c', 'trap "" TERM; echo up; while :; do sleep 0.1; done']));
  await run.start();
  for await (const batch of run.logs()) if (batch.lines.length > 0) break;
  const before = Date.now();
  const first = run.stop({ graceMs: 60_000 });
  await run.stop({ graceMs: 0 });
  await first;
  expect(Date.now() - before).toBeLessThan(50_000);
  await run.dispose();
});

test('a stop at any moment around the start ends the run, or keeps it from starting', async () => {
  for (let delay = 0; delay < 20; delay++) {
    const spec = runs.spec(['/bin/sh', '-c', 'sleep 300']);
    const run = await runs.open(spec);
    if (delay > 0) await run.start();
    await new Promise(resolve => setTimeout(resolve, delay / 2));
    await run.stop({ graceMs: delay % 2 === 0 ? 0 : 5_000 });
    await run.start();
    expect(await run.outcome(never)).toMatchObject({ kind: 'stopped' });
    expect(await linesOf(run)).toEqual([]);
    expect(markedProcesses(spec.runId)).toEqual([]);
    await run.dispose();
  }
}, 30_000);

test('a program that ended by itself stays ended so; a later stop ends what it left behind', async () => {
  const spec = runs.spec(['/bin/sh', '-c', 'setsid sleep 300 & exit 3']);
  const run = await runs.open(spec);
  await run.start();
  await run.outcome(never);
  await run.stop({ graceMs: 0 });
  expect(markedProcesses(spec.runId)).toEqual([]);
  const again = await runs.open(spec);
  expect(await again.outcome(never)).toEqual({ kind: 'exited', exitCode: 3 });
  await again.dispose();
});

test('the readers of a background process are ended with dispose, the process is not', async () => {
  const spec = runs.spec(['/bin/sh', '-c', 'sleep 300 & echo $! >pids']);
  const run = await runs.open(spec);
  await run.start();
  await run.outcome(never);
  await run.dispose();
  const [daemon] = pidsIn(spec.workDir, 1) || [];
  await until(() => markedProcesses(spec.runId).length === 1);
  expect(markedProcesses(spec.runId)).toEqual([daemon]);
  process.kill(daemon ?? 0, 'SIGKILL');
  await until(() => markedProcesses(spec.runId).length === 0);
});

test('a killed watcher is never a success, and the program does not go on unwatched', async () => {
  const spec = runs.spec(['/bin/sh', '-c', 'echo up; sleep 300']);
  const run = await runs.open(spec);
  await run.start();
  const log = linesOf(run);
  const watcher = await startedPid(spec.runDir);
  await until(() => existsSync(join(spec.runDir, 'stdout')) && readFileSync(join(spec.runDir, 'stdout')).length > 0);
  process.kill(watcher, 'SIGKILL');
  const outcome = await run.outcome(never);
  expect(outcome).toEqual({ kind: 'deleted-outside', detail: expect.stringContaining(`pid ${watcher}`) });
  expect(markedProcesses(spec.runId)).toEqual([]);
  expect((await log).map(line => line.text)).toEqual(['up']);
  await run.dispose();
});

test('a session number that was given to a foreign process names no member of the run', () => {
  const entry = { parent: 1, group: 50, session: 50, start: '900' };
  const table = [
    { ...entry, pid: 50 },
    { ...entry, pid: 51, parent: 50 },
    { ...entry, pid: 60, group: 60, session: 60 },
    { ...entry, pid: 61, group: 61, session: 61, parent: 60 },
  ];
  const pids = (start: string, marked: number[]) =>
    membersOf(table, { pid: 50, start, boot: 'b' }, new Set([51]), pid => marked.includes(pid)).map(({ pid }) => pid);
  expect(pids('100', [])).toEqual([]);
  expect(pids('100', [60])).toEqual([60, 61]);
  expect(pids('900', [])).toEqual([]);
});

test('ps and /proc tell the same of this process', () => {
  const printed = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,lstart='], { encoding: 'latin1' });
  const own = processTable().find(entry => entry.pid === process.pid);
  const byPs = parsePs(printed).find(entry => entry.pid === process.pid);
  expect({ ...byPs, session: 0, start: '' }).toEqual({ ...own, session: 0, start: '' });
  expect(byPs?.start).toMatch(/^\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}$/);
});

test('a pid with another start or of an earlier boot is not alive', () => {
  const own = processTable().find(entry => entry.pid === process.pid);
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  expect(isAlive({ pid: process.pid, start: own?.start ?? '', boot })).toBe(true);
  expect(isAlive({ pid: process.pid, start: '1', boot })).toBe(false);
  expect(isAlive({ pid: process.pid, start: own?.start ?? '', boot: 'earlier' })).toBe(false);
});

function pidsIn(workDir: string, count: number): number[] | false {
  const path = join(workDir, 'pids');
  const pids = existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').map(Number) : [];
  return pids.length === count && pids;
}
