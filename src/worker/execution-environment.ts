/** What one process needs to carry executions out: where things are kept, what runs them, who is told. */
import type { Config } from '../config/config.ts';
import type { Execution, LogEntry, TaskRun } from '../model/execution.ts';
import type { Preparation, TaskRunner } from '../runners/runner.ts';
import type { Storage } from '../storage/storage.ts';
import type { Store } from '../store/store.ts';
import type { TaskCatalog } from '../tasks/registry.ts';

export interface ExecutionEnvironment {
  readonly store: Store;
  readonly storage: Storage;
  readonly config: Config;
  readonly catalog: TaskCatalog;
  runner(type: string): Promise<TaskRunner>;
  /** Where working directories are made, in a folder for each execution. */
  readonly workRoot: string;
  /** Where runners keep what is theirs: logs of local processes, exit states. */
  readonly runRoot: string;
  /** How many attempts run at once. */
  readonly slots: number;
  readonly listener: ExecutionListener;
}

/** Told after the fact: what is told is committed (but for progress). All methods are optional. */
export interface ExecutionListener {
  taskRun?(run: TaskRun, execution: Execution): void;
  logs?(entries: readonly LogEntry[]): void;
  progress?(progress: Preparation, run: TaskRun): void;
  /** A fault of ours, not of the flow. */
  fault?(error: Error): void;
}
