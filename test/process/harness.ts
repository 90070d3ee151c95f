/** A folder of runs for the tests of the Process runner, and a look at what they leave behind. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outcome, RunSpec } from '../../src/model/run.ts';
import { createProcessRunner } from '../../src/runners/process/index.ts';
import {
  type Handle,
  isLost,
  type LogCursor,
  type LogLine,
  type Run,
  type TaskRunner,
} from '../../src/runners/runner.ts';

export const never = new AbortController().signal;

export function environmentOfTest(): Record<string, string> {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: '/' };
}

export interface TestRuns {
  readonly root: string;
  readonly runner: TaskRunner;
  spec(argv: readonly string[], more?: Partial<RunSpec>): RunSpec;
  open(spec: RunSpec): Promise<Run>;
  /** A whole life, as runs/ leads it. */
  live(argv: readonly string[], more?: Partial<RunSpec>): Promise<{ outcome: Outcome; lines: string[] }>;
  /** Removes all; gives the pids of processes that still carry the mark of one of its runs. */
  leave(): Promise<number[]>;
}

let count = 0;

export function testRuns(): TestRuns {
  const root = mkdtempSync(join(tmpdir(), 'windlass-process-'));
  const runsDir = join(root, 'runs');
  const runner = createProcessRunner({ environment: environmentOfTest(), runsDir });
  const ids: string[] = [];
  const runs: TestRuns = {
    root,
    runner,
    spec(argv, more = {}) {
      const runId = `test-${process.pid}-${count++}`;
      ids.push(runId);
      const workDir = join(root, 'work', runId);
      mkdirSync(join(workDir, 'out'), { recursive: true });
      return {
        runId,
        owner: 'tests',
        labels: {},
        argv,
        env: {},
        workDir,
        outputDir: join(workDir, 'out'),
        runDir: join(runsDir, runId),
        wanted: [],
        shared: false,
        ...more,
      };
    },
    async open(spec) {
      const opened = await runner.open(await runner.prepare(spec, {}, () => {}, never), spec, {}, never);
      if (isLost(opened)) throw new Error(opened.lost);
      return opened;
    },
    async live(argv, more) {
      const run = await runs.open(runs.spec(argv, more));
      await run.start();
      const log = linesOf(run);
      const outcome = await run.outcome(never);
      const lines = (await log).map(line => `${line.stream}: ${line.text}`);
      await run.dispose();
      return { outcome, lines };
    },
    async leave() {
      const left = await remainingProcesses(ids);
      rmSync(root, { recursive: true, force: true });
      return left;
    },
  };
  return runs;
}

export async function linesOf(run: Run, from?: LogCursor): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for await (const batch of run.logs(from)) lines.push(...batch.lines);
  return lines;
}

export async function handlesOf(runner: TaskRunner, owner: string): Promise<Handle[]> {
  const handles: Handle[] = [];
  for await (const handle of runner.list(owner, {}, never)) handles.push(handle);
  return handles;
}

/** The pids of all live processes with the mark of this run. */
export function markedProcesses(runId: string): number[] {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
    .filter(pid => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`WINDLASS_RUN_ID=${runId}\0`);
      } catch {
        return false;
      }
    });
}

/** Those of these runs that stay: the shell that watched and the readers of its pipes need a moment to be gone. */
export async function remainingProcesses(runIds: Iterable<string>): Promise<number[]> {
  const ids = [...runIds];
  const left = () => ids.flatMap(markedProcesses);
  await until(() => left().length === 0, 1_000).catch(() => {});
  return left();
}

export function isRunning(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

/** True while a member of the process group is left that is no zombie. */
export function isGroupRunning(group: number): boolean {
  return readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .some(name => isRunning(Number(name)) && groupOf(Number(name)) === group);
}

function groupOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(stat.replace(/^.*\) /, '').split(' ')[2]);
  } catch {
    return undefined;
  }
}

export async function until<T>(what: () => T | undefined | false, limitMs = 5_000): Promise<T> {
  for (const limit = Date.now() + limitMs; ; await new Promise(resolve => setTimeout(resolve, 10))) {
    const found = what();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > limit) throw new Error('It did not happen in time.');
  }
}

/** The pid of the shell that watches over the run in this folder. */
export function startedPid(runDir: string): Promise<number> {
  return until(() => {
    try {
      return Number(readFileSync(join(runDir, 'started'), 'utf8').split('|')[0]);
    } catch {
      return undefined;
    }
  });
}
