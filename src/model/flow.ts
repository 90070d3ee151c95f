/** A flow as the engine sees it: validated, defaults applied, old names replaced. Properties are not rendered yet. */
import type { Value, ValueMap } from './value.ts';

/** A place in a source text. Both count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Something wrong with a document. `path` is a property path such as `tasks[0].taskRunner.cpu`. */
export interface Problem {
  /** Stable, such as `unknown-property`; docs/errors has a page for each. */
  readonly code: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly path: string;
  readonly position: Position;
  /** What to do: the nearest name, the allowed values, the newer spelling. */
  readonly hint?: string;
}

/** Of a flow or an execution. Keys that begin with `system.` are Kestra’s own. */
export interface Label {
  readonly key: string;
  readonly value: string;
}

/** A flow that was read and checked: old names are replaced, plugin defaults applied, nothing is rendered. */
export interface Flow {
  readonly id: string;
  readonly namespace: string;
  readonly revision: number;
  readonly description?: string;
  readonly labels: readonly Label[];
  readonly inputs: readonly FlowInput[];
  readonly outputs: readonly FlowOutput[];
  readonly variables: ValueMap;
  readonly tasks: readonly Task[];
  readonly errors: readonly Task[];
  readonly finally: readonly Task[];
  readonly afterExecution: readonly Task[];
  readonly retry?: Retry;
  readonly sla?: readonly Sla[];
  readonly checks?: readonly Check[];
  readonly concurrency?: Concurrency;
  readonly disabled: boolean;
  /** Of the tasks that have none of their own. */
  readonly workerGroup?: WorkerGroup;
  /** Validated, but without effect on one run: triggers, version … by property name. */
  readonly unused: readonly string[];
  /** The YAML it was read from. */
  readonly source: string;
}

/** What is promised of an execution. `duration` belongs to MAX_DURATION, `assert`, an expression, to the other. */
export interface Sla {
  readonly id: string;
  readonly type: 'MAX_DURATION' | 'EXECUTION_ASSERTION';
  readonly behavior: 'FAIL' | 'CANCEL' | 'NONE';
  /** Set on the execution that breaks the promise. */
  readonly labels: readonly Label[];
  readonly duration?: string;
  readonly assert?: string;
}

/** What must hold before an execution is created: an expression over inputs and variables. */
export interface Check {
  readonly condition: string;
  readonly message: string;
  readonly behavior: 'BLOCK_EXECUTION' | 'FAIL_EXECUTION' | 'CREATE_EXECUTION';
}

/** How many executions of the flow run at once, and what happens to one more. */
export interface Concurrency {
  readonly limit: number;
  readonly behavior: 'QUEUE' | 'CANCEL' | 'FAIL';
}

/** What an execution may or must be given. `type` is one of `dataTypes` of flow/schema. */
export interface FlowInput {
  readonly id: string;
  readonly type: string;
  readonly required: boolean;
  readonly defaults?: Value;
  readonly dependsOn?: { readonly inputs: readonly string[]; readonly condition?: string };
  /** The properties of its type: values, expression, min, max, validator, itemType … */
  readonly properties: ValueMap;
}

/** A value of the execution as a whole, rendered when its tasks have ended. */
export interface FlowOutput {
  readonly id: string;
  readonly type?: string;
  readonly value: Value;
  readonly required: boolean;
}

/** Durations are ISO 8601 texts, checked; `behavior` is Kestra's spelling. */
export interface Retry {
  readonly type: 'constant' | 'exponential' | 'random';
  readonly interval?: string;
  readonly minInterval?: string;
  readonly maxInterval?: string;
  readonly delayFactor?: number;
  /** Counts all tries, the first included. */
  readonly maxAttempts?: number;
  readonly maxDuration?: string;
  readonly warningOnRetry: boolean;
  readonly behavior: 'RETRY_FAILED_TASK' | 'CREATE_NEW_EXECUTION';
}

/** Lowest first. */
export type LogLevel = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

/** Which workers may run a task, and what happens where none of them is. */
export interface WorkerGroup {
  /** May be an expression. */
  readonly key: string;
  readonly fallback: 'WAIT' | 'FAIL' | 'CANCEL';
}

/** A task of the flow; what runs for it is a `TaskRun`. */
export interface Task {
  readonly id: string;
  /** The canonical type name; an alias in the source is replaced. */
  readonly type: string;
  readonly position: Position;
  readonly retry?: Retry;
  /** A duration text or an expression; an invalid text fails the task when it runs, as in Kestra. */
  readonly timeout?: string;
  readonly runIf?: string;
  readonly disabled: boolean;
  readonly allowFailure: boolean;
  readonly allowWarning: boolean;
  readonly logLevel?: LogLevel;
  readonly logToFile: boolean;
  readonly workerGroup?: WorkerGroup;
  /** Its outputs are taken again while its definition renders to the same, for so long (always without `ttl`). */
  readonly cache?: { readonly ttl?: string };
  /** The type's own properties as written, defaults applied, not rendered; child tasks are in `branches`. */
  readonly properties: ValueMap;
  /**
   * Child tasks by branch. Branch names: `tasks`, `then`, `else`, `defaults`, `cases.<value>`, `onPause`,
   * `errors`, `finally`.
   * A Dag's dependencies stay in `properties.dependsOn` as a map from task id to a list of ids.
   */
  readonly branches: Readonly<Record<string, readonly Task[]>>;
}
