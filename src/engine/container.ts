/** A task run that the engine itself carries out, in the hands of its flowable: its children, questions and timers. */
import type { TaskRun } from '../model/execution.ts';
import type { LogLevel, Task } from '../model/flow.ts';
import type { State } from '../model/states.ts';
import type { Value, ValueMap } from '../model/value.ts';
import { withAwaited, withoutAwaited } from './awaited.ts';
import type { Draft } from './draft.ts';
import type { Effect } from './effect.ts';
import { groupsKey, type Scope, scopeKey } from './execution-state.ts';

/** `waiting`: children are active, or an answer or timer is. `done`: nothing more will start. */
export type Progress = 'waiting' | 'done';

/** What a flowable gets of its task run. What it does goes into the draft of the decision. */
export class Container {
  readonly draft: Draft;
  readonly task: Task;
  readonly #id: string;

  constructor(draft: Draft, run: TaskRun) {
    this.draft = draft;
    this.task = draft.task(run);
    this.#id = run.id;
  }

  get run(): TaskRun {
    const run = this.draft.taskRun(this.#id);
    if (!run) throw new Error(`no task run ${this.#id}`);
    return run;
  }

  /** What the flowable has noted about this run. */
  get notes(): ValueMap {
    return this.run.progress ?? {};
  }

  note(notes: ValueMap): void {
    this.draft.put({ ...this.run, progress: { ...this.run.progress, ...notes } });
  }

  output(outputs: ValueMap): void {
    this.draft.put({ ...this.run, outputs });
  }

  log(level: LogLevel, message: string): void {
    this.draft.log(level, message, this.run);
  }

  /** Has a value rendered; the flowable's `answered` gets it under the name `about`, unique for this run. */
  ask(about: string, template: Value, as: 'text' | 'typed'): void {
    this.await({ type: 'evaluate', key: `evaluate:${this.#id}:${about}`, taskRunId: this.#id, template, as });
  }

  /** The flowable's `due` is called at a time in milliseconds since the epoch. */
  timer(about: string, at: number): void {
    this.await({ type: 'timer', key: `timer:${this.#id}:${about}`, taskRunId: this.#id, at });
  }

  /** Wants something done, and takes no step before the answer. One thing at a time. */
  await(effect: Effect): void {
    this.draft.effect(effect);
    this.draft.put(withAwaited(this.run, effect.key));
  }

  /** The answer, or timer, that it waits for is not wanted any more. */
  stopWaiting(): void {
    const { awaiting } = this.notes;
    if (typeof awaiting !== 'string') return;
    this.draft.finish(awaiting);
    this.draft.put(withoutAwaited(this.run));
  }

  /** Ends the execution in a state, and with it this run and its parents. */
  exit(state: State): void {
    this.draft.exiting = { state, taskRunId: this.#id };
  }

  scope(branch: string): Scope {
    return this.draft.scope(scopeKey(this.#id, branch));
  }

  groups(branch: string): Scope {
    return this.draft.scope(groupsKey(this.#id, branch));
  }

  get hasActiveChildren(): boolean {
    return Object.keys(this.task.branches).some(
      branch => this.scope(branch).active > 0 || this.groups(branch).active > 0,
    );
  }

  /** One after the other; stops at a failure. */
  sequential(branch: string, place: { value?: string; iteration?: number } = {}): Progress {
    return stepSequential(this.draft, this.#id, branch, this.task.branches[branch] ?? [], place, true);
  }

  /** The latest run of a child task. */
  child(taskId: string): TaskRun | undefined {
    const id = this.draft.child(this.#id, taskId);
    return id === undefined ? undefined : this.draft.taskRun(id);
  }

  start(task: Task, branch: string): void {
    this.draft.start(task, { parentTaskRunId: this.#id, branch });
  }
}

/** Starts the next task of a list when the one before it has ended. */
export function stepSequential(
  draft: Draft,
  parentId: string | undefined,
  branch: string,
  tasks: readonly Task[],
  place: { value?: string; iteration?: number },
  stopAtFailure: boolean,
): Progress {
  const scope = draft.scope(scopeKey(parentId, branch, place.value));
  if (scope.active > 0) return 'waiting';
  if (scope.killed > 0 || (stopAtFailure && scope.failed > 0)) return 'done';
  const next = enabled(tasks)[scope.created];
  if (!next) return 'done';
  draft.start(next, { ...(parentId !== undefined && { parentTaskRunId: parentId }), branch, ...place });
  return 'waiting';
}

const enabledOf = new WeakMap<readonly Task[], readonly Task[]>();

/** Disabled tasks make no task run at all. Asked at each step, so kept for each list. */
export function enabled(tasks: readonly Task[]): readonly Task[] {
  const known = enabledOf.get(tasks);
  if (known) return known;
  const found = tasks.filter(task => !task.disabled);
  enabledOf.set(tasks, found);
  return found;
}
