/** What a driver wants of its session: other executions, on behalf of its own. */
import type { Effect } from '../engine/effect.ts';
import type { EngineEvent } from '../engine/event.ts';
import type { TaskRun } from '../model/execution.ts';
import type { ValueMap } from '../model/value.ts';
import type { ChildExecution, ChildFlow } from '../tasks/task-type.ts';
import type { Carried } from './carried.ts';

/** Asks for the execution of a subflow. */
export type SubflowEffect = Extract<Effect, { type: 'subflow' }>;
/** Tells the execution that asked. */
export type Post = (event: EngineEvent) => void;

/** Starts and kills the executions of subflows, and lets paused ones go on, on behalf of a driver. */
export interface SubflowStarter {
  startSubflow(carried: Carried, effect: SubflowEffect, post: Post): Promise<void>;
  startChild(carried: Carried, run: TaskRun, child: ChildFlow): Promise<ChildExecution>;
  /** @throws TaskError */
  resume(executionId: string, inputs: ValueMap): Promise<void>;
  killSubflow(executionId: string): void;
  /** Ends all executions that an execution started, those that it does not wait for too. */
  killChildren(executionId: string): void;
}
