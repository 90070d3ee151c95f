/** What a task would start, found out by running it up to the point where a program would be started. */
import { join } from 'node:path';
import type { TaskRun } from '../model/execution.ts';
import type { Task } from '../model/flow.ts';
import { newId } from '../model/ids.ts';
import { initialState } from '../model/states.ts';
import { isMap } from '../model/value.ts';
import type { RunPlan } from '../runs/run-plan.ts';
import type { TaskContext } from '../tasks/task-type.ts';
import type { Carried } from './carried.ts';

/** The program that a task would start. May hold secrets. */
export interface PlannedRun {
  readonly plan: RunPlan;
  readonly workDir: string;
  /** Names of the files that are put into the working directory. */
  readonly filesIn: readonly string[];
}

/** What is known of a task before it runs: its program, nothing (it starts none), or why it cannot be told. */
export type TaskPlan = PlannedRun | { readonly unknown: string } | undefined;

/** Thrown in place of starting the program; never leaves this file. */
class Planned extends Error {
  readonly plan: RunPlan;

  constructor(plan: RunPlan) {
    super('planned');
    this.plan = plan;
  }
}

/**
 * Nothing is written, started or contacted. Outputs of tasks that have not run are not there: what needs them is
 * `unknown`.
 *
 * @param ran the task run, where the task has run
 */
export async function planTask(carried: Carried, task: Task, ran?: TaskRun): Promise<TaskPlan> {
  const { environment, state } = carried;
  const type = environment.catalog.runnable(task.type);
  // Up to its program such a task only renders its properties; others may do anything.
  // One that starts something else than a program has nothing to show before; afterwards its engine is asked for.
  const starts = type && (Object.hasOwn(type.schema().shape, 'taskRunner') || (ran && type.startsProgram));
  if (!starts) return undefined;
  const run: TaskRun = ran ?? {
    id: newId(),
    executionId: state.execution.id,
    taskId: task.id,
    branch: 'tasks',
    state: initialState('RUNNING', new Date().toISOString()),
    attempts: [],
  };
  const workDir = join(environment.workRoot, `${run.id}-0`);
  try {
    const context: Partial<TaskContext> = {
      flow: state.flow,
      execution: state.execution,
      task,
      taskRun: run,
      attempt: 0,
      config: environment.config,
      expressions: carried.renderContext(run),
      storage: environment.storage,
      storagePrefix: '',
      workDir,
      sharedWorkDir: false,
      signal: new AbortController().signal,
      log: () => {},
      metric: () => {},
      runTask: async (written, where) =>
        (await import('./inner-task.ts')).runInnerTask(written, where, context as TaskContext, carried),
      run: plan => Promise.reject(new Planned(plan)),
    };
    await type.run(context as TaskContext);
    return undefined;
  } catch (error) {
    if (!(error instanceof Planned)) return { unknown: (error as Error).message };
    const { inputFiles } = task.properties;
    return { plan: error.plan, workDir, filesIn: isMap(inputFiles) ? Object.keys(inputFiles) : [] };
  }
}
