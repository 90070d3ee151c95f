/**
 * An execution with its task runs, indexed so that a transition costs the same however many task runs there are.
 * `decide` reads it through a `Draft`; it is changed (`execution`, `put`) only when the changes are committed.
 */
import type { Execution, TaskRun } from '../model/execution.ts';
import type { Flow, Task } from '../model/flow.ts';
import { isTerminal } from '../model/states.ts';
import type { ValueMap } from '../model/value.ts';
import { OutputTree } from './output-tree.ts';

/** The children of one parent in one branch, for one ForEach value: counted, so that nobody has to walk them. */
export interface Scope {
  readonly created: number;
  /** Not ended: running, waiting for a retry, paused. */
  readonly active: number;
  readonly failed: number;
  readonly warning: number;
  readonly killed: number;
}

/** Of a branch that has not begun. */
export const emptyScope: Scope = { created: 0, active: 0, failed: 0, warning: 0, killed: 0 };

/** Under which the counts of a branch are found. Without a parent: a branch of the flow itself. */
export function scopeKey(parentId: string | undefined, branch: string, value?: string): string {
  return value === undefined ? `${parentId ?? ''}/${branch}` : `${parentId ?? ''}/${branch}/${value}`;
}

/** Under which the latest run of a task is found below a parent. */
export function childKey(parentId: string | undefined, taskId: string, value: string | undefined): string {
  return `${parentId ?? ''}/${taskId}/${value ?? ''}`;
}

function countIn(scope: Scope, before: TaskRun | undefined, after: TaskRun | undefined): Scope {
  const delta = (pick: (run: TaskRun) => boolean) =>
    Number(after ? pick(after) : false) - Number(before ? pick(before) : false);
  return {
    created: scope.created + delta(() => true),
    active: scope.active + delta(run => !isTerminal(run.state.current)),
    failed: scope.failed + delta(run => run.state.current === 'FAILED'),
    warning: scope.warning + delta(run => run.state.current === 'WARNING'),
    killed: scope.killed + delta(run => run.state.current === 'KILLED' || run.state.current === 'CANCELLED'),
  };
}

/** Key of the count of a ForEach's groups: one for each value, active while one of its tasks is. */
export function groupsKey(parentId: string | undefined, branch: string): string {
  return `${parentId ?? ''}/${branch}#groups`;
}

/** Counts a changed task run in its scope and, in a ForEach, in the count of its groups. */
export function recount(
  read: (key: string) => Scope,
  write: (key: string, scope: Scope) => void,
  before: TaskRun | undefined,
  after: TaskRun,
): void {
  const key = scopeKey(after.parentTaskRunId, after.branch, after.value);
  const old = read(key);
  const now = countIn(old, counted(before), counted(after));
  write(key, now);
  if (after.value === undefined) return;
  const groups = groupsKey(after.parentTaskRunId, after.branch);
  const count = { ...read(groups) };
  for (const field of ['created', 'active', 'failed', 'warning', 'killed'] as const) {
    count[field] += Number(now[field] > 0) - Number(old[field] > 0);
  }
  write(groups, count);
}

/** A former loop iteration counts in no scope. */
function counted(run: TaskRun | undefined): TaskRun | undefined {
  return run?.superseded ? undefined : run;
}

/** What a draft reads: the state, or the state under earlier changes of the same draft. */
export interface StateView {
  readonly flow: Flow;
  readonly execution: Execution;
  taskRun(id: string): TaskRun | undefined;
  /** All task runs, in order of creation, without former loop iterations. */
  taskRuns(): Iterable<TaskRun>;
  scope(key: string): Scope;
  /** The latest run of a task under a parent (for one ForEach value). */
  child(parentId: string | undefined, taskId: string, value?: string): string | undefined;
  /** Ids of all task runs directly below a task run, without former loop iterations. */
  childrenOf(parentId: string): Iterable<string>;
  activeIds(): Iterable<string>;
}

/** The committed state. */
export class ExecutionState implements StateView {
  readonly flow: Flow;
  execution: Execution;
  readonly #runs = new Map<string, TaskRun>();
  readonly #scopes = new Map<string, Scope>();
  readonly #children = new Map<string, string>();
  readonly #below = new Map<string, Set<string>>();
  readonly #active = new Set<string>();
  readonly #outputs = new OutputTree();

  constructor(flow: Flow, execution: Execution, taskRuns: Iterable<TaskRun> = []) {
    this.flow = flow;
    this.execution = execution;
    for (const run of taskRuns) this.put(run);
  }

  taskRun(id: string): TaskRun | undefined {
    return this.#runs.get(id);
  }

  *taskRuns(): Generator<TaskRun> {
    for (const run of this.#runs.values()) if (!run.superseded) yield run;
  }

  scope(key: string): Scope {
    return this.#scopes.get(key) ?? emptyScope;
  }

  child(parentId: string | undefined, taskId: string, value?: string): string | undefined {
    return this.#children.get(childKey(parentId, taskId, value));
  }

  childrenOf(parentId: string): Iterable<string> {
    return this.#below.get(parentId) ?? [];
  }

  activeIds(): Iterable<string> {
    return this.#active;
  }

  /** `outputs` in expressions. Skipped task runs have none. */
  get outputs(): ValueMap {
    return this.#outputs.root;
  }

  /** The values of the iterations around and of a task run, outermost first. */
  values(run: TaskRun): readonly string[] {
    return [run, ...this.ancestors(run)].flatMap(each => each.value ?? []).reverse();
  }

  /** The task runs that contain this one, nearest first. */
  *ancestors(run: TaskRun): Generator<TaskRun> {
    for (let id = run.parentTaskRunId; id !== undefined; ) {
      const parent = this.#runs.get(id);
      if (!parent) return;
      yield parent;
      id = parent.parentTaskRunId;
    }
  }

  put(run: TaskRun): void {
    const before = this.#runs.get(run.id);
    this.#runs.set(run.id, run);
    if (run.parentTaskRunId !== undefined) {
      const siblings = this.#below.get(run.parentTaskRunId);
      if (run.superseded) siblings?.delete(run.id);
      else if (siblings) siblings.add(run.id);
      else this.#below.set(run.parentTaskRunId, new Set([run.id]));
    }
    recount(
      key => this.scope(key),
      (key, scope) => this.#scopes.set(key, scope),
      before,
      run,
    );
    if (!run.superseded) this.#children.set(childKey(run.parentTaskRunId, run.taskId, run.value), run.id);
    if (run.outputs || (isTerminal(run.state.current) && run.state.current !== 'SKIPPED'))
      this.#outputs.set(run, this.values(run));
    if (isTerminal(run.state.current) || run.superseded) this.#active.delete(run.id);
    else this.#active.add(run.id);
  }
}

/** The task that a task run is of. @throws Error when the flow has none such */
export function taskOf(flow: Flow, { taskId, executionId }: TaskRun): Task {
  const task = taskIndex(flow).get(taskId);
  if (!task)
    throw new Error(`the flow ${flow.id} has no task ${taskId}, but the execution ${executionId} has a run of it`);
  return task;
}

const tasksById = new WeakMap<Flow, ReadonlyMap<string, Task>>();

/** All tasks of a flow, nested ones too, by id. */
function taskIndex(flow: Flow): ReadonlyMap<string, Task> {
  const known = tasksById.get(flow);
  if (known) return known;
  const index = new Map<string, Task>();
  const visit = (tasks: readonly Task[]) => {
    for (const task of tasks) {
      index.set(task.id, task);
      for (const children of Object.values(task.branches)) visit(children);
    }
  };
  for (const tasks of [flow.tasks, flow.errors, flow.finally, flow.afterExecution]) visit(tasks);
  tasksById.set(flow, index);
  return index;
}
