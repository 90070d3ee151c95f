/**
 * The life of one run, the same for every runner, after a start as after a restart of ours:
 * prepare ► store the handle ► open ► start ► logs … outcome ► the log to its end ► files ► (the result is committed) ► dispose.
 */
import type { Collecting } from '../files/collect.ts';
import type { OtherKind } from '../files/walk.ts';
import { isAtLeast } from '../logs/levels.ts';
import { readProtocol } from '../logs/protocol.ts';
import type { LogEntry, MetricEntry } from '../model/execution.ts';
import type { LogLevel } from '../model/flow.ts';
import type { Outcome, RunSpec } from '../model/run.ts';
import type { Value, ValueMap } from '../model/value.ts';
import {
  type Handle,
  isLost,
  type LogBatch,
  type LogCursor,
  type LogLine,
  LostFilesError,
  PrepareError,
  type Progress,
  type Run,
} from '../runners/runner.ts';
import type { Storage } from '../storage/storage.ts';
import type { Claim, RunRecord, Store } from '../store/store.ts';
import { captureOutputs } from './capture-outputs.ts';
import type { LineCounts, RunOutcome, RunPlan } from './run-plan.ts';

/** Why a run is ended from here. `kill`: somebody ended the execution. `timeout`: the task's time is over. */
export type StopReason = 'kill' | 'timeout';

/** What the life of a run needs of the attempt that it belongs to. */
export interface RunSetting {
  readonly store: Pick<Store, 'run' | 'saveRun' | 'deleteRun' | 'saveProgress'>;
  readonly claim: Claim;
  readonly storage: Storage;
  readonly storagePrefix: string;
  readonly taskId: string;
  readonly taskRunId: string;
  readonly attempt: number;
  readonly owner: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly workDir: string;
  readonly runDir: string;
  /** The next task continues in the same working directory. */
  readonly shared: boolean;
  /** The task has a time limit of its own. */
  readonly limited?: boolean;
  /** The lowest level that is kept. */
  readonly logLevel?: LogLevel;
  /** Aborted with a `StopReason`. */
  readonly signal: AbortSignal;
  readonly killGraceMs: number;
  mask(text: string): string;
  log(level: LogLevel, message: string): void;
  readonly progress: Progress;
  /** Entries that are stored now: shown as they come. */
  onLogs(entries: readonly LogEntry[]): void;
  /** Called once the result is committed. */
  afterCommit(dispose: () => Promise<void>): void;
}

/** Runs a plan to its settled end, or takes over what an earlier process of ours started. */
export async function executeRun(plan: RunPlan, setting: RunSetting): Promise<RunOutcome> {
  const spec: RunSpec = {
    runId: runId(setting.taskRunId, setting.attempt),
    owner: setting.owner,
    labels: setting.labels,
    ...(plan.image !== undefined && { image: plan.image }),
    argv: plan.argv,
    env: plan.env,
    workDir: setting.workDir,
    outputDir: plan.outputDir,
    runDir: setting.runDir,
    wanted: plan.outputFiles,
    shared: setting.shared,
    ...(setting.limited && { limited: true }),
  };
  const stored = await setting.store.run(setting.claim, setting.taskRunId, setting.attempt);
  const record: RunRecord = stored ?? { taskRunId: setting.taskRunId, attempt: setting.attempt, vars: {} };
  let handle = record.handle as Handle | undefined;
  if (!handle || handle.announced) {
    await plan.writeFiles();
    try {
      await announce(plan, spec, record, setting);
      handle = await plan.runner.prepare(spec, plan.runnerConfig, setting.progress, setting.signal);
    } catch (error) {
      const isClean = await removeRemains(plan, spec, setting);
      if (isClean) await setting.store.deleteRun(setting.claim, setting.taskRunId, setting.attempt);
      if (setting.signal.aborted) return nothing({ kind: 'stopped' });
      if (error instanceof PrepareError) return nothing(error.outcome);
      throw error;
    }
    await setting.store.saveRun(setting.claim, { ...record, handle: handle as unknown as ValueMap });
  } else {
    setting.log('DEBUG', `Taking over a run that is already there: ${spec.runId}`);
  }

  const opened = await plan.runner.open(handle, spec, plan.runnerConfig, new AbortController().signal);
  if (isLost(opened)) return nothing({ kind: 'deleted-outside', detail: opened.lost });
  setting.afterCommit(() => opened.dispose());
  return settle(opened, plan, setting, record);
}

/** Stores by what the run will be found, where preparing it starts its program. */
async function announce(plan: RunPlan, spec: RunSpec, record: RunRecord, setting: RunSetting): Promise<void> {
  const announced = record.handle ? undefined : plan.runner.announce?.(spec, plan.runnerConfig);
  if (announced) await setting.store.saveRun(setting.claim, { ...record, handle: announced as unknown as ValueMap });
}

/** Names a run in every engine: letters, digits and hyphens only. */
export function runId(taskRunId: string, attempt: number): string {
  return `${taskRunId}-${attempt}`;
}

async function settle(run: Run, plan: RunPlan, setting: RunSetting, record: RunRecord): Promise<RunOutcome> {
  const reading = new LogReader(setting, record);
  const stopped = stopOnSignal(run, setting);
  if (!setting.signal.aborted) await run.start();
  setting.progress({ kind: 'start', text: 'The program runs' });
  const logs = reading.readAll(run);
  // A log that cannot be read ends the run's life here, not in an unhandled rejection while the outcome is awaited.
  logs.catch(() => {});
  const outcome = await run.outcome(new AbortController().signal);
  await stopped();
  await logs;
  const others = new Map<string, OtherKind>();
  try {
    await run.fetch(new AbortController().signal, (path, kind) => others.set(path, kind));
  } catch (error) {
    if (!(error instanceof LostFilesError)) throw error;
    // A program that ended well is no success without what it made; of a failure its own end tells more.
    if (outcome.kind === 'exited' && outcome.exitCode === 0) {
      const lost = { kind: 'node-lost', detail: error.message } as const;
      return { outcome: lost, outputFiles: {}, ...reading.result(run) };
    }
    setting.log('WARN', error.message);
  }
  const collecting: Collecting = {
    workDir: setting.workDir,
    outputDir: plan.outputDir,
    globs: plan.outputFiles,
    storage: setting.storage,
    storagePrefix: setting.storagePrefix,
    others,
    warn: message => setting.log('WARN', message),
  };
  const note = (captures: NonNullable<RunRecord['captures']>) =>
    setting.store.saveRun(setting.claim, { ...reading.record(), captures });
  const outputFiles = await captureOutputs(collecting, record.captures, note);
  return { outcome, outputFiles, ...reading.result(run) };
}

/** Ends the run when the signal says so. The returned function waits for a stop that is under way. */
function stopOnSignal(run: Run, setting: RunSetting): () => Promise<void> {
  let stopping: Promise<void> | undefined;
  const stop = () => {
    stopping ??= run.stop({ graceMs: setting.killGraceMs });
    stopping.catch(() => {});
  };
  if (setting.signal.aborted) stop();
  setting.signal.addEventListener('abort', stop, { once: true });
  return async () => {
    setting.signal.removeEventListener('abort', stop);
    await stopping;
  };
}

function nothing(outcome: Outcome): RunOutcome {
  return { outcome, vars: {}, outputFiles: {}, lines: { stdout: 0, stderr: 0 } };
}

/**
 * What `prepare` made before it failed or was cut off is found by its owner and run id.
 *
 * @returns false when it could not be looked for; a handle that was announced stays for a later try
 */
async function removeRemains(plan: RunPlan, spec: RunSpec, setting: RunSetting): Promise<boolean> {
  try {
    for await (const handle of plan.runner.list(spec.owner, plan.runnerConfig, AbortSignal.timeout(10_000))) {
      if (handle.runId === spec.runId) await plan.runner.remove(handle, plan.runnerConfig);
    }
    return true;
  } catch (error) {
    setting.log('DEBUG', `Could not look for what a failed start left behind: ${(error as Error).message}`);
    return false;
  }
}

/** Stored as the log's cursor: where reading goes on, and what has been counted up to there. */
interface LogPlace {
  readonly cursor?: LogCursor;
  readonly lines: LineCounts;
}

/** Turns lines into log entries, outputs and metrics, and stores them with the cursor behind them. */
class LogReader {
  readonly #setting: RunSetting;
  #record: RunRecord;
  #vars: ValueMap;
  #place: LogPlace;

  constructor(setting: RunSetting, record: RunRecord) {
    this.#setting = setting;
    this.#record = record;
    this.#vars = record.vars;
    this.#place = (record.logCursor as LogPlace | undefined) ?? { lines: { stdout: 0, stderr: 0 } };
  }

  async readAll(run: Run): Promise<void> {
    for await (const batch of run.logs(this.#place.cursor)) await this.#take(batch);
  }

  /** The record as it stands now, with what is stored of the handle. */
  record(): RunRecord {
    return { ...this.#record, vars: this.#vars };
  }

  /** What the log and the engine said. */
  result({ details }: Run): Pick<RunOutcome, 'vars' | 'lines' | 'details'> {
    return { vars: this.#vars, lines: this.#place.lines, ...(details && { details }) };
  }

  async #take(batch: LogBatch): Promise<void> {
    const logs: LogEntry[] = [];
    const metrics: MetricEntry[] = [];
    const before = this.#vars;
    for (const line of batch.lines) this.#read(line, logs, metrics);
    const { store, claim, taskRunId, attempt } = this.#setting;
    const { stdout, stderr } = this.#place.lines;
    const errors = batch.lines.filter(line => line.stream === 'stderr').length;
    this.#place = {
      cursor: batch.cursor,
      lines: { stdout: stdout + batch.lines.length - errors, stderr: stderr + errors },
    };
    const logCursor = this.#place as unknown as Value;
    await store.saveProgress(claim, {
      taskRunId,
      attempt,
      logCursor,
      ...(this.#vars !== before && { vars: this.#vars }),
      logs,
      metrics,
    });
    this.#record = { ...this.#record, logCursor };
    this.#setting.onLogs(logs);
  }

  #read(line: LogLine, logs: LogEntry[], metrics: MetricEntry[]): void {
    const said = readProtocol(line.text);
    const timestamp = new Date(line.time).toISOString();
    const write = (level: LogLevel, message: string) => {
      if (this.#setting.logLevel && !isAtLeast(level, this.#setting.logLevel)) return;
      const { taskId, taskRunId, attempt } = this.#setting;
      logs.push({ timestamp, level, message: this.#setting.mask(message), taskId, taskRunId, attemptNumber: attempt });
    };
    if (!said) {
      write(line.stream === 'stdout' ? 'INFO' : 'ERROR', line.text);
      return;
    }
    if (said.outputs) this.#vars = { ...this.#vars, ...said.outputs };
    for (const metric of said.metrics ?? []) {
      metrics.push({ ...metric, taskId: this.#setting.taskId, taskRunId: this.#setting.taskRunId, timestamp });
    }
    for (const entry of said.logs ?? []) write(entry.level, entry.message);
    if (said.warning !== undefined) write('WARN', said.warning);
  }
}
