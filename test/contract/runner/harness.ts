/** What the contract suite needs to know of a runner, and one run of it with all its folders. */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Outcome, RunSpec } from '../../../src/model/run.ts';
import {
  type Handle,
  isLost,
  type LogCursor,
  type LogLine,
  type Run,
  type TaskRunner,
} from '../../../src/runners/runner.ts';

export interface RunnerHarness {
  readonly name: string;
  /** Brings the engine up, or says why it cannot be tested here (printed). */
  start(): Promise<RunnerUnderTest | { readonly unavailable: string }>;
}

export interface RunnerUnderTest {
  readonly runner: TaskRunner;
  readonly config: unknown;
  /** An image with a POSIX shell, `head`, `seq`, `tr`, `sleep`; for runners that need one. */
  readonly image?: string;
  /** Shell commands that a program ends with where the engine itself loses the log of one that ends at once. */
  readonly beforeEnd?: string;
  /** Where folders of runs are made; a temporary one if absent. */
  readonly runsDir?: string;
  /** The runner as a new process of ours would make it: it shares nothing with the first one. */
  afterRestart(): TaskRunner;
  /** Takes the started program away behind the runner's back, in the way its engine knows (remove, kill -9). */
  takeAway(handle: Handle): Promise<void>;
  /** What exists of this owner's runs: containers, volumes, processes, folders; in words. */
  leftovers(owner: string): Promise<readonly string[]>;
  /** Removes what a failed test has left, so that the next one is judged alone. */
  cleanUp(owner: string): Promise<void>;
  stop?(): Promise<void>;
}

/** A signal that nobody aborts. */
export const never: AbortSignal = new AbortController().signal;

export interface TrialOptions {
  /** Run by `/bin/sh -c`. */
  readonly script?: string;
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Files of the working directory by path, with their content. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly wanted?: readonly string[];
  readonly shared?: boolean;
}

/** One run with its folders. `dispose` of the run is the test's own affair; folders go with `removeFolders`. */
export class Trial {
  readonly under: RunnerUnderTest;
  readonly spec: RunSpec;
  readonly #root: string;

  private constructor(under: RunnerUnderTest, spec: RunSpec, root: string) {
    this.under = under;
    this.spec = spec;
    this.#root = root;
  }

  static async make(under: RunnerUnderTest, owner: string, options: TrialOptions): Promise<Trial> {
    const root = await mkdtemp(join(tmpdir(), 'windlass-contract-'));
    const runId = `t-${randomBytes(9).toString('hex')}-0`;
    const workDir = join(root, 'work');
    const outputDir = join(workDir, randomBytes(8).toString('hex'));
    const runDir = join(under.runsDir ?? join(root, 'runs'), runId);
    for (const folder of [outputDir, runDir]) await mkdir(folder, { recursive: true });
    for (const [path, content] of Object.entries(options.files ?? {})) {
      await mkdir(dirname(join(workDir, path)), { recursive: true });
      await writeFile(join(workDir, path), content);
    }
    const inside = under.runner.paths({ workDir, outputDir });
    const spec: RunSpec = {
      runId,
      owner,
      labels: {
        'kestra.io/namespace': 'company.contract',
        'kestra.io/flow-id': 'contract',
        'kestra.io/task-id': 'trial',
        'kestra.io/execution-id': 'execution',
        'kestra.io/taskrun-id': runId,
        'kestra.io/taskrun-attempt': '0',
      },
      ...(under.image === undefined ? {} : { image: under.image }),
      argv: options.argv ?? ['/bin/sh', '-c', options.script ?? 'true'],
      env: { WORKING_DIR: inside.workingDir, OUTPUT_DIR: inside.outputDir, ...options.env },
      workDir,
      outputDir,
      runDir,
      wanted: options.wanted ?? [],
      shared: options.shared ?? false,
    };
    return new Trial(under, spec, root);
  }

  prepare(): Promise<Handle> {
    return this.under.runner.prepare(this.spec, this.under.config, () => {}, never);
  }

  /** Opens a handle as it comes out of the store. */
  async open(handle: Handle, runner: TaskRunner = this.under.runner): Promise<Run> {
    const stored = JSON.parse(JSON.stringify(handle)) as Handle;
    const opened = await runner.open(stored, this.spec, this.under.config, never);
    if (isLost(opened)) throw new Error(`lost: ${opened.lost}`);
    return opened;
  }

  async started(): Promise<Run> {
    const run = await this.open(await this.prepare());
    await run.start();
    return run;
  }

  /** The whole life, in the order that runs/ keeps. */
  async live(): Promise<Lived> {
    const run = await this.started();
    const [lines, outcome] = await Promise.all([collectLines(run), run.outcome(never)]);
    await run.fetch(never);
    await run.dispose();
    return { lines, outcome, stdout: textsOf(lines, 'stdout'), stderr: textsOf(lines, 'stderr') };
  }

  async removeFolders(): Promise<void> {
    await rm(this.#root, { recursive: true, force: true });
    await rm(this.spec.runDir, { recursive: true, force: true });
  }
}

export interface Lived {
  readonly outcome: Outcome;
  readonly lines: readonly LogLine[];
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

export async function collectLines(run: Run, from?: LogCursor): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for await (const batch of run.logs(from)) for (const line of batch.lines) lines.push(line);
  return lines;
}

export function textsOf(lines: readonly LogLine[], stream: LogLine['stream']): string[] {
  return lines.filter(line => line.stream === stream).map(line => line.text);
}

/** Reads until `wanted` says that it has seen enough, and gives the cursor behind what was read. */
export async function readUntil(
  run: Run,
  from: LogCursor | undefined,
  enough: (lines: readonly LogLine[]) => boolean,
): Promise<{ readonly lines: LogLine[]; readonly cursor: LogCursor | undefined; readonly complete: boolean }> {
  const lines: LogLine[] = [];
  let cursor = from;
  for await (const batch of run.logs(from)) {
    lines.push(...batch.lines);
    cursor = batch.cursor;
    // As the store does it: what goes in is JSON.
    if (enough(lines)) return { lines, cursor: JSON.parse(JSON.stringify(cursor)) as LogCursor, complete: false };
  }
  return { lines, cursor, complete: true };
}
