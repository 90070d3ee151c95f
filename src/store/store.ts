/**
 * What must survive us: executions, task runs, pending effects, runs in progress, logs and metrics.
 *
 * An execution is written by one owner at a time. `claim` gives a fencing token; every write carries it and is
 * refused (`FencedError`) once somebody else has claimed. What one call writes is committed together or not at all.
 */
import type { Execution, LogEntry, MetricEntry, TaskRun } from '../model/execution.ts';
import type { LogLevel } from '../model/flow.ts';
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

/**
 * What one event changed; only what was touched. `effectsDone` is taken away before `effectsAdded` is put in, so a key
 * may be in both; a key that is not pending is passed over, one that is pending already cannot be added.
 */
export interface Commit {
  readonly execution?: Execution;
  readonly taskRuns?: readonly TaskRun[];
  readonly effectsAdded?: readonly PendingEffect[];
  readonly effectsDone?: readonly string[];
  readonly logs?: readonly LogEntry[];
  readonly metrics?: readonly MetricEntry[];
}

/** An execution to be created, claimed by who creates it. */
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
  /** In the order in which they were first committed. */
  readonly taskRuns: readonly TaskRun[];
  /** In the order in which they were added. */
  readonly effects: readonly PendingEffect[];
  readonly runs: readonly RunRecord[];
}

/** What is known of one run of a program: enough to find it again and to settle it once. */
export interface RunRecord {
  readonly taskRunId: string;
  readonly attempt: number;
  /** Set before the program is started. */
  readonly handle?: ValueMap;
  readonly logCursor?: Value;
  /** Outputs that the program has reported so far. */
  readonly vars: ValueMap;
  /** The files that are moved to the storage once this is saved. */
  readonly captures?: readonly ValueMap[];
}

/** What the program said: its lines, with where reading goes on, committed together. */
export interface RunProgress {
  readonly taskRunId: string;
  readonly attempt: number;
  readonly logCursor: Value;
  /** All of them, not only new ones; absent when unchanged. */
  readonly vars?: ValueMap;
  readonly logs: readonly LogEntry[];
  readonly metrics: readonly MetricEntry[];
}

/** A row of `windlass list`. Dates are ISO 8601, UTC. */
export interface ExecutionSummary {
  readonly id: string;
  readonly namespace: string;
  readonly flowId: string;
  readonly state: State;
  readonly startDate: string;
  readonly endDate?: string;
  readonly parentExecutionId?: string;
  /** Not ended (see `phase`: `afterExecution` may still be to run), and no live process works on it. */
  readonly interrupted: boolean;
}

/** How much is listed; all where there is no `limit`. */
export interface ListOptions {
  readonly limit?: number;
  readonly oldestFirst?: boolean;
}

/** Which log entries of ended executions; all that is absent admits any. */
export interface LogSelection {
  /** With those below it, unless there is a `flowId`. */
  readonly namespace?: string;
  readonly flowId?: string;
  readonly executionId?: string;
  readonly levels?: readonly LogLevel[];
  /** ISO 8601, UTC: entries from then on. */
  readonly from?: string;
  /** ISO 8601, UTC: entries before. */
  readonly before: string;
}

/** Durable state. What is resolved has been committed; whoever has lost a claim is refused. */
export interface Store {
  /** Minted with the store; names the owner of all its runs. */
  readonly ownerId: string;

  /** @throws Error when there is an execution with this id already */
  create(created: NewExecution): Promise<Claim>;
  /** Takes over an execution that nobody live works on. Undefined when somebody does, or it has ended and `ended` is not set. */
  claim(executionId: string, options?: { readonly ended?: boolean }): Promise<Claim | undefined>;
  /** Lets go of an execution, so that `resume` finds it at once. The claim is void then; doing it twice does nothing. */
  release(claim: Claim): Promise<void>;
  load(executionId: string): Promise<StoredExecution | undefined>;
  commit(claim: Claim, commit: Commit): Promise<void>;
  /**
   * Gives a created or queued execution its turn among those of its flow: unless `limit` others run or have been given
   * theirs, or wait and came before it. Counted and given in one transaction: of two that ask in the same instant one
   * gets the last. Those that no live process works on do not count.
   */
  admit(claim: Claim, limit: number): Promise<boolean>;

  run(claim: Claim, taskRunId: string, attempt: number): Promise<RunRecord | undefined>;
  /** What is absent in the record keeps the value that is stored. */
  saveRun(claim: Claim, record: RunRecord): Promise<void>;
  /** Forgets a run once nothing of it is left in its engine. Does nothing when there is none. */
  deleteRun(claim: Claim, taskRunId: string, attempt: number): Promise<void>;
  /** Forgets the log entries of an attempt; `logToFile` keeps them elsewhere. Does nothing when there are none. */
  dropLogs(claim: Claim, taskRunId: string, attempt: number): Promise<void>;
  /** @throws Error when the run was never saved */
  saveProgress(claim: Claim, progress: RunProgress): Promise<void>;
  /** Log entries and metrics of tasks that are not runs of a program. */
  append(
    claim: Claim,
    entries: { readonly logs?: readonly LogEntry[]; readonly metrics?: readonly MetricEntry[] },
  ): Promise<void>;

  /** Leaves a message for whoever carries the execution out. */
  send(executionId: string, message: ValueMap): Promise<void>;
  /** Messages that were sent, oldest first; each is given once. */
  receive(claim: Claim): Promise<readonly ValueMap[]>;

  /** Newest first, unless asked otherwise. */
  list(options?: ListOptions): Promise<readonly ExecutionSummary[]>;
  /**
   * Ids of executions that have not ended and that no live process works on, oldest first. Subflows' children are
   * left to the execution that waits for them, as long as that has not ended itself.
   */
  interrupted(): Promise<readonly string[]>;
  /**
   * Executions that have not ended and whose process cannot be seen from here (another machine, another container):
   * they count as interrupted when it has not renewed its lease for another `leftMs`.
   */
  unseen(): Promise<readonly { readonly id: string; readonly leftMs: number }[]>;
  /** Entries behind the sequence `after`, in the order stored, up to the last there is; sequences rise, with gaps. */
  logs(executionId: string, after?: number): AsyncIterable<readonly (LogEntry & { readonly sequence: number })[]>;
  metrics(executionId: string): Promise<readonly MetricEntry[]>;
  /** Deletes log entries of ended executions; how many. */
  purgeLogs(selection: LogSelection): Promise<number>;
  /**
   * Deletes an ended execution with its children, logs, metrics and runs; returns the ids of all deleted. None when
   * it has not ended, or a live process works on it or on one of its children.
   */
  delete(executionId: string): Promise<readonly string[]>;
  /** Releases what this store still has claimed. */
  close(): Promise<void>;
}

/** Somebody else has claimed the execution; the caller must stop touching it. */
export class FencedError extends Error {}

/** The store cannot be opened, read or written. The message is for the user: what, where, what to do. */
export class StoreError extends Error {}
