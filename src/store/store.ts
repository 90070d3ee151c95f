/**
 * What must survive us: executions, task runs, pending effects, runs in progress, logs and metrics.
 *
 * An execution is written by one owner at a time. `claim` gives a fencing token; every write carries it and is
 * refused (`FencedError`) once somebody else has claimed. What one call writes is committed together or not at all.
 */
import type { Execution, LogEntry, MetricEntry, TaskRun } from '../model/execution.ts';
import type { Outcome } from '../model/run.ts';
import type { State } from '../model/states.ts';
import type { Value, ValueMap } from '../model/value.ts';

/** The right to write one execution. */
export interface Claim {
  readonly executionId: string;
  readonly token: number;
}

/** Something the engine decided and that is still to be done or answered. Its key is unique in the execution. */
export interface PendingEffect {
  readonly key: string;
  /** The effect as the engine gave it. */
  readonly effect: ValueMap;
}

/** What one event changed; only what was touched. */
export interface Commit {
  readonly execution?: Execution;
  readonly taskRuns?: readonly TaskRun[];
  readonly effectsAdded?: readonly PendingEffect[];
  readonly effectsDone?: readonly string[];
  readonly logs?: readonly LogEntry[];
}

export interface NewExecution {
  readonly execution: Execution;
  /** The whole file's text: the flow and the subflows it may call. */
  readonly source: string;
  readonly flowIndex: number;
  readonly effects: readonly PendingEffect[];
}

/** An execution as needed to go on with it. */
export interface StoredExecution {
  readonly execution: Execution;
  readonly source: string;
  readonly flowIndex: number;
  readonly taskRuns: readonly TaskRun[];
  readonly effects: readonly PendingEffect[];
}

/** What is known of one run of a program: enough to find it again and to settle it once. */
export interface RunRecord {
  readonly taskRunId: string;
  readonly attempt: number;
  /** Set before the program is started. */
  readonly handle?: ValueMap;
  /** When it must have ended: milliseconds since the epoch. */
  readonly deadline?: number;
  readonly logCursor?: Value;
  /** Outputs that the program has reported so far. */
  readonly vars: ValueMap;
  readonly outcome?: Outcome;
}

/** What the program said: its lines, with where reading goes on, committed together. */
export interface RunProgress {
  readonly taskRunId: string;
  readonly attempt: number;
  readonly logCursor: Value;
  readonly vars?: ValueMap;
  readonly logs: readonly LogEntry[];
  readonly metrics: readonly MetricEntry[];
}

export interface ExecutionSummary {
  readonly id: string;
  readonly namespace: string;
  readonly flowId: string;
  readonly state: State;
  readonly startDate: string;
  readonly endDate?: string;
  readonly parentExecutionId?: string;
  /** Not ended, and no live process works on it. */
  readonly interrupted: boolean;
}

export interface Store {
  /** Minted with the store; names the owner of all its runs. */
  readonly ownerId: string;

  create(created: NewExecution): Promise<Claim>;
  /** Takes over an execution that nobody live works on. Undefined when somebody does, or it has ended and `ended` is not set. */
  claim(executionId: string, options?: { readonly ended?: boolean }): Promise<Claim | undefined>;
  /** Lets go of an execution, so that `resume` finds it at once. */
  release(claim: Claim): Promise<void>;
  load(executionId: string): Promise<StoredExecution | undefined>;
  commit(claim: Claim, commit: Commit): Promise<void>;

  run(claim: Claim, taskRunId: string, attempt: number): Promise<RunRecord | undefined>;
  saveRun(claim: Claim, record: RunRecord): Promise<void>;
  saveProgress(claim: Claim, progress: RunProgress): Promise<void>;
  /** Log entries and metrics of tasks that are not runs of a program. */
  append(
    claim: Claim,
    entries: { readonly logs?: readonly LogEntry[]; readonly metrics?: readonly MetricEntry[] },
  ): Promise<void>;

  /** Newest first. */
  list(options?: { readonly limit?: number }): Promise<readonly ExecutionSummary[]>;
  /** Ids of executions that have not ended and that no live process works on, oldest first; subflows' children left out. */
  interrupted(): Promise<readonly string[]>;
  logs(executionId: string, after?: number): AsyncIterable<readonly (LogEntry & { readonly sequence: number })[]>;
  metrics(executionId: string): Promise<readonly MetricEntry[]>;
  /** Deletes an ended execution with its children, logs, metrics and runs; returns the ids of all deleted. */
  delete(executionId: string): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Somebody else has claimed the execution; the caller must stop touching it. */
export class FencedError extends Error {}

/** The store cannot be opened, read or written. The message is for the user: what, where, what to do. */
export class StoreError extends Error {}
