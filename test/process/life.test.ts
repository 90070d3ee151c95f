import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { argumentLimit, fitArguments } from '../../src/files/long-argument.ts';
import { isLost } from '../../src/runners/runner.ts';
import {
  handlesOf,
  isGroupRunning,
  isRunning,
  linesOf,
  never,
  startedPid,
  type TestRuns,
  testRuns,
  until,
} from './harness.ts';

let runs: TestRuns;
beforeEach(() => {
  runs = testRuns();
});
afterEach(async () => {
  expect(await runs.leave()).toEqual([]);
});

const shell = (script: string): string[] => ['/bin/sh', '-c', script];

test('gives the lines of both streams and the exit status', async () => {
  const { outcome, lines } = await runs.live(shell('echo one; echo; printf two; echo bad >&2; exit 3'));
  expect(outcome).toEqual({ kind: 'exited', exitCode: 3 });
  expect(lines.filter(line => line.startsWith('stdout'))).toEqual(['stdout: one', 'stdout: ', 'stdout: two']);
  expect(lines.filter(line => line.startsWith('stderr'))).toEqual(['stderr: bad']);
});

test('writing to /dev/stdout and /dev/stderr loses no earlier line', async () => {
  const { lines } = await runs.live(shell('echo 1; echo 2 >/dev/stdout; echo 3; echo a >&2; echo b >/dev/stderr'));
  expect(lines.toSorted()).toEqual(['stderr: a', 'stderr: b', 'stdout: 1', 'stdout: 2', 'stdout: 3']);
});

test('says nothing of its own about a death by signal, and gives 128 and its number', async () => {
  expect(await runs.live(shell('kill -9 $$'))).toEqual({ outcome: { kind: 'exited', exitCode: 137 }, lines: [] });
  expect(await runs.live(shell('kill -TERM $$'))).toEqual({ outcome: { kind: 'exited', exitCode: 143 }, lines: [] });
});

test('a program that signals its whole group still gets its own exit status', async () => {
  const { outcome, lines } = await runs.live(shell('trap "echo asked; exit 4" TERM; echo up; kill -TERM 0; sleep 1'));
  expect(outcome).toEqual({ kind: 'exited', exitCode: 4 });
  expect(lines).toEqual(['stdout: up', 'stdout: asked']);
});

test('runs programs, not builtins of the shell that watches', async () => {
  expect((await runs.live(['echo', `it's`, '$HOME', 'a  b', '\n'])).lines).toEqual([
    `stdout: it's $HOME a  b `,
    'stdout: ',
  ]);
  expect((await runs.live(['exit', '3'])).outcome.kind).toBe('never-started');
});

test('a program that is not there, or may not run, is never started, and its name is said', async () => {
  for (const name of ['no-such-program', './no-such-program', '/etc/passwd', '/etc', 'set -e\n/bin/echo a b']) {
    const { outcome, lines } = await runs.live([name]);
    expect(outcome).toMatchObject({ kind: 'never-started', detail: expect.stringContaining(JSON.stringify(name)) });
    expect(lines).toEqual([]);
  }
});

test('passes the environment on, the task over the server, also names that no shell knows', async () => {
  const plain = { HOME: '/task', EMPTY: '', LINES: 'a\nb', BASH_ENV: '/nowhere/at-all' };
  const names = ['path', 'stat', 'start', 'boot', 'readers', 'code', 'ENV', 'CDPATH', 'MAIL', 'TZ'];
  const env = { ...plain, ...Object.fromEntries(names.map(name => [name, `mine of ${name}`])) };
  for (const more of [{}, { 'my.setting': 'dotted' }]) {
    const { outcome, lines } = await runs.live(['/usr/bin/env', '-0'], {
      // Shells keep these to themselves; they must not disturb the one that watches.
      env: { IFS: ':', PS1: '$(exit 9)', PS4: '$(exit 9)', ...env, ...more },
    });
    expect(outcome).toEqual({ kind: 'exited', exitCode: 0 });
    const seen = lines.join('\n').replaceAll('stdout: ', '').split('\0');
    const wanted = Object.entries({ ...env, ...more }).map(([name, value]) => `${name}=${value}`);
    expect(seen).toEqual(expect.arrayContaining(wanted));
    expect(seen.some(pair => pair.startsWith('PATH='))).toBe(true);
  }
});

test('works when the task sets a PATH without the tools of the shell that watches', async () => {
  const { outcome, lines } = await runs.live(['/bin/sh', '-c', 'echo $PATH'], { env: { PATH: '/nowhere' } });
  expect({ outcome, lines }).toEqual({ outcome: { kind: 'exited', exitCode: 0 }, lines: ['stdout: /nowhere'] });
});

test('the program has no input, its own signals, and only the two pipes of ours', async () => {
  const spec = runs.spec(shell('cat; readlink /proc/$$/fd/*; grep -E "Sig(Ign|Blk)" /proc/self/status'));
  const run = await runs.open(spec);
  await run.start();
  const lines = (await linesOf(run)).map(line => line.text);
  await run.dispose();
  expect(lines.filter(line => line.startsWith('Sig'))).toEqual([
    `SigBlk:\t${'0'.repeat(16)}`,
    `SigIgn:\t${'0'.repeat(16)}`,
  ]);
  expect(lines.filter(line => line.startsWith(runs.root))).toEqual([
    join(spec.runDir, 'pipes', 'stdout'),
    join(spec.runDir, 'pipes', 'stderr'),
  ]);
});

test('the next run gets the pipes of one that has ended, but never those that somebody still holds', async () => {
  const stock = join(runs.root, 'pipes');
  // A reader that has not seen the end yet holds its pipe.
  await vi.waitFor(async () => {
    await runs.live(shell('echo one'));
    expect(readdirSync(stock)).toHaveLength(1);
  });
  const [kept] = readdirSync(stock).map(name => statSync(join(stock, name, 'stdout')).ino);
  const spec = runs.spec(shell('stat -L -c %i /dev/stdout; sleep 60 & echo $!'));
  const run = await runs.open(spec);
  await run.start();
  const [inode, holder] = (await linesOf(run)).map(line => Number(line.text));
  await run.dispose();
  expect(inode).toBe(kept);
  expect(readdirSync(stock)).toEqual([]);
  process.kill(holder ?? 0);
  await until(() => !isRunning(holder ?? 0));
});

test('neither the command nor a variable stands on the command line of the shell that watches', async () => {
  const spec = runs.spec(shell('sleep 5 # hidden-word'), { env: { TOKEN: 'hidden-word' } });
  const run = await runs.open(spec);
  await run.start();
  const started = await startedPid(spec.runDir);
  expect(readFileSync(`/proc/${started}/cmdline`, 'latin1')).toContain(spec.runId);
  expect(readFileSync(`/proc/${started}/cmdline`, 'latin1')).not.toContain('hidden-word');
  expect(statSync(spec.runDir).mode & 0o777).toBe(0o700);
  await run.stop({ graceMs: 0 });
  await run.dispose();
});

test('100,000 lines on each stream and an exit at once: each exactly once', async () => {
  const { lines } = await runs.live(shell('seq 100000 & seq 100000 >&2; wait'));
  const numbers = Array.from({ length: 100_000 }, (_, index) => index + 1);
  expect(lines.filter(line => line.startsWith('stdout'))).toEqual(numbers.map(number => `stdout: ${number}`));
  expect(lines.filter(line => line.startsWith('stderr'))).toEqual(numbers.map(number => `stderr: ${number}`));
}, 30_000);

test('a background process neither holds the task open nor is ended with it', async () => {
  const before = Date.now();
  const { outcome, lines } = await runs.live(shell('(sleep 20; echo late) & echo $!; exit 5'));
  expect(Date.now() - before).toBeLessThan(19_000);
  expect(outcome).toEqual({ kind: 'exited', exitCode: 5 });
  const pid = Number(lines[0]?.replace('stdout: ', ''));
  expect(isRunning(pid)).toBe(true);
  // It is the leader of nothing: its `sleep` goes with it by the group of the supervisor.
  const group = Number(
    readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /, '')
      .split(' ')[2],
  );
  process.kill(-group, 'SIGKILL');
  await until(() => !isGroupRunning(group));
});

test('start twice runs once, also from two openings at the same time', async () => {
  const spec = runs.spec(shell('echo run >>count; cat count'));
  const openings = await Promise.all(Array.from({ length: 6 }, () => runs.open(spec)));
  await Promise.all(openings.flatMap(run => [run.start(), run.start()]));
  const outcomes = await Promise.all(openings.map(run => run.outcome(never)));
  expect(outcomes).toEqual(openings.map(() => ({ kind: 'exited', exitCode: 0 })));
  for (const run of openings) expect((await linesOf(run)).map(line => line.text)).toEqual(['run']);
  await openings[0]?.dispose();
  expect(existsSync(spec.runDir)).toBe(false);
});

test('dispose before start, and twice, leaves nothing; open then says that the run is lost', async () => {
  const spec = runs.spec(shell('echo never'));
  const handle = await runs.runner.prepare(spec, {}, () => {}, never);
  const run = await runs.open(spec);
  await run.dispose();
  await run.dispose();
  expect(existsSync(spec.runDir)).toBe(false);
  expect(isLost(await runs.runner.open(handle, spec, {}, never))).toBe(true);
});

test('finds the runs of an owner and removes them whatever their state', async () => {
  const mine = runs.spec(shell('sleep 100'));
  const other = runs.spec(shell('echo'), { owner: 'another' });
  await (await runs.open(mine)).start();
  await (await runs.open(other)).dispose();
  await runs.open(other);
  const handles = await handlesOf(runs.runner, 'tests');
  expect(handles.map(handle => handle.runId)).toEqual([mine.runId]);
  for (const handle of handles) await runs.runner.remove(handle, {});
  expect(existsSync(mine.runDir)).toBe(false);
  expect(existsSync(other.runDir)).toBe(true);
});

test('a script of any size runs, with its $0, its arguments and set -e', async () => {
  const filler = `# ${'x'.repeat(98)}\n`.repeat(5_000);
  const sh = await runs.live(['/bin/sh', '-c', `set -e\n${filler}echo "$0 $1"; false; echo not`, 'name', 'first']);
  expect(sh).toEqual({ outcome: { kind: 'exited', exitCode: 1 }, lines: ['stdout: name first'] });
  const python = await runs.live(['python3', '-c', `${filler}import sys; print(sys.argv, sys.path[0] == '')`, 'first']);
  expect(python.lines).toEqual(["stdout: ['-c', 'first'] True"]);
  const other = await runs.live(['perl', '-e', `${filler}print "perl @ARGV";`, 'first']);
  expect(other.lines).toEqual(['stdout: perl first']);
});

test('what the system can pass to no program is refused in words', async () => {
  const long = 'ä'.repeat(argumentLimit / 2 + 1);
  for (const [argv, env, words] of [
    [['echo', long], {}, /Argument 1 .* 131071 bytes .* inputFiles/],
    [['true'], { LARGE: long }, /largest variable is LARGE with 131\d{3} bytes/],
    [['echo', 'a\0b'], {}, /zero character/],
    [[], {}, /no command/],
  ] as const) {
    const { outcome, lines } = await runs.live(argv, { env });
    expect(outcome).toEqual({ kind: 'never-started', detail: expect.stringMatching(words) });
    expect(lines).toEqual([]);
  }
  const gone = await runs.live(['true'], { workDir: '/nowhere/at-all' });
  expect(gone.outcome).toEqual({
    kind: 'never-started',
    detail: expect.stringMatching(/working directory .* is gone/),
  });
});

test('arguments just below the limit stay arguments', () => {
  const argv = ['sh', '-c', 'x'.repeat(argumentLimit)];
  expect(fitArguments(argv, String)).toEqual({ argv, files: [] });
  expect(fitArguments(['sh', '-ec', `${argv[2]}x`], index => `/it's/${index}`)).toEqual({
    argv: ['sh', '-ec', `. '/it'\\''s/2'`],
    files: [{ path: `/it's/2`, text: `${argv[2]}x` }],
  });
});

test('an aborted wait ends the wait, not the program', async () => {
  const run = await runs.open(runs.spec(shell('sleep 0.3; echo done')));
  await run.start();
  const controller = new AbortController();
  const waiting = run.outcome(controller.signal);
  controller.abort(new Error('no longer'));
  await expect(waiting).rejects.toThrow('no longer');
  expect(await run.outcome(never)).toEqual({ kind: 'exited', exitCode: 0 });
  expect((await linesOf(run)).map(line => line.text)).toEqual(['done']);
  await run.dispose();
});
