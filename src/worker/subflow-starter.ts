/** What a driver wants of its session: other executions, on behalf of its own. */
import type { EngineEvent } from '../engine/event.ts';
import type { TaskRun } from '../model/execution.ts';
import type { ValueMap } from '../model/value.ts';
import type { ChildExecution, ChildFlow } from '../tasks/task-type.ts';
import type { Carried } from './carried.ts';

/** Starts and kills the executions of subflows, and lets paused ones go on, on behalf of a driver. */
export interface SubflowStarter {
  startSubflow(carried: Carried, taskRunId: string, post: (event: EngineEvent) => void): Promise<void>;
  startChild(carried: Carried, run: TaskRun, child: ChildFlow): Promise<ChildExecution>;
  /** @throws TaskError */
  resume(executionId: string, inputs: ValueMap): Promise<void>;
  killSubflow(executionId: string): void;
  /** Ends all executions that an execution started, those that it does not wait for too. */
  killChildren(executionId: string): void;
}
