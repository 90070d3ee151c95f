/** One run of a flow: the execution, its task runs and their attempts, log entries and metrics. All plain data. */
import type { Label, LogLevel } from './flow.ts';
import type { State, StateHistory } from './states.ts';
import type { Value, ValueMap } from './value.ts';

/** What is known of the promises of a flow. */
export interface SlaProgress {
  /** The ids of those that are broken. */
  readonly violated: readonly string[];
  /** The questions of the last look, as far as they are not answered. */
  readonly atEnd?: readonly string[];
  /** Task runs that have ended, and what must be answered before anything follows them. */
  readonly held?: readonly { readonly taskRunId: string; readonly keys: readonly string[] }[];
}

/** One run of a flow, as it is stored. What is rendered in it is not rendered again. */
export interface Execution {
  readonly id: string;
  readonly namespace: string;
  readonly flowId: string;
  readonly flowRevision: number;
  readonly state: StateHistory;
  readonly labels: readonly Label[];
  readonly inputs: ValueMap;
  /** All of `vars.*`, once a task has changed them; the flow's own until then. */
  readonly variables?: ValueMap;
  /** The flow's outputs; absent until rendered. */
  readonly outputs?: ValueMap;
  /** The execution that this one replays, else its own id. */
  readonly originalId: string;
  /** The task run of another execution that started this one and waits for it. */
  readonly parent?: { readonly executionId: string; readonly taskRunId: string };
  /** When it begins, ISO 8601, UTC; at once without it. */
  readonly scheduleDate?: string;
  /** `trigger.*` in expressions. */
  readonly trigger?: ValueMap;
  /** Counts from 1; more than 1 after CREATE_NEW_EXECUTION retries. */
  readonly attemptNumber: number;
  /** Where the engine stands; the state alone does not tell whether `afterExecution` is still to run. */
  readonly phase: ExecutionPhase;
  /** RETRIED: when a new execution tries again. Milliseconds since the epoch. */
  readonly retryAt?: number;
  /** When the first of several tries was created, ISO 8601. */
  readonly firstCreated?: string;
  /** The state it will end in: its outputs are being rendered, or it waits for what a task's Exit has cut short. */
  readonly ending?: State;
  readonly sla?: SlaProgress;
}

/** `main`: the tasks. `ended`: nothing will follow, not even `afterExecution`. */
export type ExecutionPhase = 'created' | 'main' | 'errors' | 'finally' | 'outputs' | 'after' | 'ended';

/** One try of a task run. */
export interface Attempt {
  readonly state: StateHistory;
  /** Where its log is, with `logToFile`: the URI of a stored file. */
  readonly logFile?: string;
}

/** One task of one execution; a task in a ForEach has one for each value. */
export interface TaskRun {
  readonly id: string;
  readonly executionId: string;
  readonly taskId: string;
  readonly parentTaskRunId?: string;
  /** The branch of the parent (or flow) that it belongs to: `tasks`, `then`, `errors`, `finally`, `afterExecution` … */
  readonly branch: string;
  /** The value of a ForEach iteration, always text; only on the ForEach's direct children. */
  readonly value?: string;
  /** Counts from 0. */
  readonly iteration?: number;
  readonly state: StateHistory;
  readonly attempts: readonly Attempt[];
  readonly outputs?: ValueMap;
  /** What the engine remembers of a flowable: its phase, a ForEach's values, a loop's count. Not shown. */
  readonly progress?: ValueMap;
  /** A former iteration of a LoopUntil, kept for its logs. Not shown. */
  readonly superseded?: true;
}

/** What was said of a task, or, without `taskId`, of the execution; masked already. */
export interface LogEntry {
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly level: LogLevel;
  readonly message: string;
  readonly taskId?: string;
  readonly taskRunId?: string;
  /** Counts from 0. */
  readonly attemptNumber?: number;
}

/** What a task measured of itself. */
export interface MetricEntry {
  readonly taskId: string;
  readonly taskRunId: string;
  readonly name: string;
  readonly type: 'counter' | 'timer' | 'gauge';
  /** A timer's in milliseconds. */
  readonly value: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly timestamp: string;
}

/** How a task ended, as the worker tells the engine. */
export interface TaskResult {
  readonly state: Extract<State, 'SUCCESS' | 'WARNING' | 'FAILED' | 'KILLED' | 'CANCELLED' | 'SKIPPED'>;
  readonly outputs: Readonly<Record<string, Value>>;
  /** The URI of the attempt's log, with `logToFile`. */
  readonly logFile?: string;
}
