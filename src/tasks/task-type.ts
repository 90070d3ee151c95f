/** The contract of a runnable task type: what a worker runs for one attempt of one task run. */

import type { Config } from '../config/config.ts';
import type { RenderContext } from '../expression/render-context.ts';
import type { TaskDeclaration } from '../model/catalog.ts';
import type { Execution, LogEntry, MetricEntry, TaskResult, TaskRun } from '../model/execution.ts';
import type { Flow, LogLevel, Task } from '../model/flow.ts';
import { UserError } from '../model/user-error.ts';
import type { Value, ValueMap } from '../model/value.ts';
import type { RunOutcome, RunPlan } from '../runs/run-plan.ts';
import type { Storage } from '../storage/storage.ts';
import type { ExecutionSummary, LogSelection } from '../store/store.ts';

/** One of several executions that a task run starts; the task's own properties say of which flow, and with what. */
export interface ChildFlow {
  /** Tells it from the others; counts from 0. */
  readonly iteration: number;
  /** What expressions of the task's properties see as `taskrun.*` beside the rest. */
  readonly taskrun: ValueMap;
  /** An execution that an earlier attempt made is taken as it ended, or tried again when it failed. */
  readonly keep: boolean;
}

/** An execution that a task run started and may wait for. */
export interface ChildExecution {
  readonly executionId: string;
  readonly ended: Promise<Execution>;
  kill(): void;
}

/** What a task of a type sees and may do, for one attempt. */
export interface TaskContext {
  readonly flow: Flow;
  readonly execution: Execution;
  readonly task: Task;
  readonly taskRun: TaskRun;
  /** Counts from 0. */
  readonly attempt: number;
  readonly config: Config;
  /** For rendering; `withVariables` of expression/ adds names such as `workingDir`. */
  readonly expressions: RenderContext;
  readonly storage: Storage;
  /** `kestra:///…/tasks/<task>/<taskRun>`: where files of this task run are stored. */
  readonly storagePrefix: string;
  /** The working directory on this machine: created before, removed after. In a WorkingDirectory it is the shared one. */
  readonly workDir: string;
  readonly sharedWorkDir: boolean;
  /** Aborted on kill and on timeout. */
  readonly signal: AbortSignal;
  /** The user's task says something: stored, shown, masked. */
  log(level: LogLevel, message: string): void;
  metric(metric: Pick<MetricEntry, 'name' | 'type' | 'value'> & { tags?: Readonly<Record<string, string>> }): void;
  /** What the store holds of this and other executions. */
  readonly history: {
    /** In the order stored. */
    logs(executionId: string): AsyncIterable<readonly (LogEntry & { readonly sequence: number })[]>;
    /** All, newest first. */
    executions(): Promise<readonly ExecutionSummary[]>;
    metrics(executionId: string): Promise<readonly MetricEntry[]>;
    /** Deletes log entries of ended executions; how many. */
    purgeLogs(selection: LogSelection): Promise<number>;
    /** Deletes an ended execution with its children; the ids of all that are gone, none when somebody works on one. */
    remove(executionId: string): Promise<readonly string[]>;
  };
  /** Lets a paused execution go on with what its Pause asks for. @throws TaskError where it is none, or refuses them */
  resume(executionId: string, inputs: ValueMap): Promise<void>;
  /** Starts another flow for a part of this task run, or goes on with what an earlier process started. */
  startChild(child: ChildFlow): Promise<ChildExecution>;
  /**
   * Moves the files of the working directory that match to the storage; the URIs by path. After a crash in between the
   * same files have the same URIs. At most once an attempt, and not beside `run`. @throws GlobError
   */
  keepFiles(globs: readonly string[]): Promise<Readonly<Record<string, string>>>;
  /**
   * Runs another task that a property of this one holds, as written there, for its outputs. Each call runs it.
   * @param where the property, for messages
   */
  runTask(written: ValueMap, where: string): Promise<TaskResult>;
  /** Runs a program with a task runner: prepare … dispose, or adopts it when it is already running. */
  run(plan: RunPlan): Promise<RunOutcome>;
}

/** A task type that a worker runs. What `run` throws fails the attempt; `TaskError` says so in the user’s words. */
export interface RunnableTaskType extends TaskDeclaration {
  readonly kind: 'runnable';
  /** Has a run of its own without a `taskRunner`, and up to that only renders its properties. */
  readonly startsProgram?: true;
  /**
   * Runs one attempt. Outcomes of the user's work are results; a thrown `UserError` fails the attempt with its message,
   * any other error is a fault of ours and fails it too, logged as such.
   */
  run(context: TaskContext): Promise<TaskResult>;
}

/** The attempt fails, with a message for the user and what outputs there are. */
export class TaskError extends UserError {
  readonly outputs: Readonly<Record<string, Value>>;

  constructor(message: string, outputs: ValueMap = {}, options?: ErrorOptions) {
    super(message, options);
    this.outputs = outputs;
  }
}
