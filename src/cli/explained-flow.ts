/** What each task of a flow would start, found out without running it. */
import type { Flow, Task } from '../model/flow.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import { PrepareError } from '../runners/runner.ts';
import type { Carried } from '../worker/carried.ts';
import { type PlannedRun, planTask } from '../worker/plan-task.ts';
import { nativeForm } from './native-form.ts';
import { concealed } from './schema/concealed.ts';

/** A task with what it starts and its children by branch. */
export interface Explained {
  readonly id: string;
  readonly type: string;
  readonly disabled?: true;
  readonly runIf?: string;
  readonly timeout?: string;
  readonly retry?: object;
  /** Absent for a task that starts no program. */
  readonly run?: ExplainedRun;
  /** Why it cannot be told what it starts: mostly outputs of tasks that have not run. */
  readonly unknown?: string;
  /** Why the task would fail before its program starts: a property of its runner, wrong once it is rendered. */
  readonly refused?: string;
  readonly branches?: Readonly<Record<string, readonly Explained[]>>;
}

/** The program that a task would start. */
export interface ExplainedRun {
  readonly runner: string;
  readonly runnerProperties: ValueMap;
  readonly image?: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly workingDir: string;
  readonly filesIn: readonly string[];
  readonly filesOut: readonly string[];
  /** The `docker run` line, or the YAML of the pod. */
  readonly native?: string;
}

/** By list: `tasks`, `errors` … */
export type ExplainedFlow = Readonly<Record<string, readonly Explained[]>>;

const taskLists = ['tasks', 'errors', 'finally', 'afterExecution'] as const;

/** The tasks of each list that the flow has: `tasks`, `errors`, `finally`, `afterExecution`. Nothing is run. */
export async function explainFlow(carried: Carried, flow: Flow): Promise<ExplainedFlow> {
  const explained: Record<string, readonly Explained[]> = {};
  for (const name of taskLists) if (flow[name].length > 0) explained[name] = await explainTasks(carried, flow[name]);
  return explained;
}

async function explainTasks(carried: Carried, tasks: readonly Task[]): Promise<Explained[]> {
  const explained: Explained[] = [];
  for (const task of tasks) explained.push(await explainTask(carried, task));
  return explained;
}

async function explainTask(carried: Carried, task: Task): Promise<Explained> {
  const planned = await planTask(carried, task);
  const branches: Record<string, readonly Explained[]> = {};
  for (const [name, tasks] of Object.entries(task.branches)) branches[name] = await explainTasks(carried, tasks);
  return {
    id: task.id,
    type: task.type,
    ...(task.disabled && { disabled: true }),
    ...(task.runIf !== undefined && { runIf: task.runIf }),
    ...(task.timeout !== undefined && { timeout: task.timeout }),
    ...(task.retry && { retry: task.retry }),
    ...(planned && ('unknown' in planned ? planned : await explainPlanned(planned, task.id, carried))),
    ...(Object.keys(branches).length > 0 && { branches }),
  };
}

async function explainPlanned(
  planned: PlannedRun,
  taskId: string,
  carried: Carried,
): Promise<Pick<Explained, 'run' | 'refused'>> {
  try {
    return { run: await explainRun(planned, taskId, carried) };
  } catch (error) {
    if (error instanceof PrepareError) return { refused: error.message };
    throw error;
  }
}

async function explainRun(planned: PlannedRun, taskId: string, carried: Carried): Promise<ExplainedRun> {
  const { plan, workDir, filesIn } = planned;
  const given = isMap(plan.runnerConfig as Value) ? (plan.runnerConfig as ValueMap) : {};
  const { type: _, ...properties } = given;
  const native = await nativeForm(planned, given, taskId, carried);
  return {
    runner: plan.runner.type,
    runnerProperties: concealed(properties, plan.runner.schema()),
    ...(plan.image !== undefined && { image: plan.image }),
    argv: plan.argv,
    env: plan.env,
    workingDir: workDir,
    filesIn,
    filesOut: plan.outputFiles,
    ...(native !== undefined && { native }),
  };
}
