/** The changes of one decision in the making: reads see them, the state below stays untouched until they are committed. */
import type { Execution, LogEntry, TaskRun } from '../model/execution.ts';
import type { Flow, LogLevel, Task } from '../model/flow.ts';
import { initialState, isTerminal, moveTo, type State } from '../model/states.ts';
import type { Effect } from './effect.ts';
import { childKey, recount, type Scope, type StateView, taskOf } from './execution-state.ts';

/** What a decision changed, and what it wants done. */
export interface Decision {
  readonly execution?: Execution;
  readonly taskRuns: readonly TaskRun[];
  readonly effects: readonly Effect[];
  /** Keys of effects that are answered or no longer wanted. */
  readonly done: readonly string[];
  readonly logs: readonly LogEntry[];
}

/** `start`: a created task run sets off. `advance`: a parent (none: the execution) looks what follows, because `ended` has. */
export type Step =
  | { readonly kind: 'start'; readonly taskRunId: string }
  | { readonly kind: 'advance'; readonly parentId: string | undefined; readonly ended: TaskRun | undefined };

/** Where new ids and chance come from; given, so that the same event decides the same. */
export interface Sources {
  readonly newId: () => string;
  /** In [0, 1). */
  readonly random: () => number;
}

/** One for each decision. `decision` gives all that has changed. */
export class Draft implements StateView {
  /** What is still to do in this decision; worked off in order, so that no step runs inside another. */
  readonly queue: Step[] = [];
  /** Asks for the execution to end in a state, whatever else is going on; the task run and its parents end with it. */
  exiting: { readonly state: State; readonly taskRunId?: string } | undefined;
  readonly #base: StateView;
  readonly #sources: Sources;
  /** Milliseconds since the epoch: the time of the event that is decided about. */
  at = 0;
  #execution: Execution | undefined;
  readonly #runs = new Map<string, TaskRun>();
  readonly #scopes = new Map<string, Scope>();
  readonly #children = new Map<string, string>();
  /** Ids of task runs that are new in this draft, by parent. */
  readonly #below = new Map<string, string[]>();
  #wentOn = false;
  readonly #effects = new Map<string, Effect>();
  readonly #done = new Set<string>();
  readonly #logs: LogEntry[] = [];

  constructor(base: StateView, sources: Sources) {
    this.#base = base;
    this.#sources = sources;
  }

  /** In [0, 1). */
  random(): number {
    return this.#sources.random();
  }

  get date(): string {
    return new Date(this.at).toISOString();
  }

  get flow(): Flow {
    return this.#base.flow;
  }

  get execution(): Execution {
    return this.#execution ?? this.#base.execution;
  }

  taskRun(id: string): TaskRun | undefined {
    return this.#runs.get(id) ?? this.#base.taskRun(id);
  }

  *taskRuns(): Generator<TaskRun> {
    for (const run of this.#base.taskRuns()) yield this.taskRun(run.id) ?? run;
    for (const run of this.#runs.values()) if (!this.#base.taskRun(run.id) && !run.superseded) yield run;
  }

  parent(run: TaskRun): TaskRun | undefined {
    return run.parentTaskRunId === undefined ? undefined : this.taskRun(run.parentTaskRunId);
  }

  task(run: TaskRun): Task {
    return taskOf(this.flow, run);
  }

  scope(key: string): Scope {
    return this.#scopes.get(key) ?? this.#base.scope(key);
  }

  child(parentId: string | undefined, taskId: string, value?: string): string | undefined {
    const id = this.#children.get(childKey(parentId, taskId, value)) ?? this.#base.child(parentId, taskId, value);
    return id === undefined || this.taskRun(id)?.superseded ? undefined : id;
  }

  *childrenOf(parentId: string): Generator<string> {
    for (const id of this.#base.childrenOf(parentId)) if (!this.taskRun(id)?.superseded) yield id;
    for (const id of this.#below.get(parentId) ?? []) if (!this.taskRun(id)?.superseded) yield id;
  }

  *activeIds(): Generator<string> {
    for (const id of this.#base.activeIds()) {
      const run = this.taskRun(id);
      if (run && !isTerminal(run.state.current) && !run.superseded) yield id;
    }
    for (const run of this.#runs.values()) {
      if (!this.#base.taskRun(run.id) && !isTerminal(run.state.current) && !run.superseded) yield run.id;
    }
  }

  change(execution: Partial<Execution>): void {
    this.#execution = { ...this.execution, ...execution };
  }

  replace(execution: Execution): void {
    this.#execution = execution;
  }

  moveExecution(state: State): void {
    this.change({ state: moveTo(this.execution.state, state, this.date) });
  }

  /** The execution runs again, after a pause or the wait for another attempt. */
  goOn(): void {
    this.moveExecution('RUNNING');
    this.#wentOn = true;
  }

  /** Where another task run is still paused when all is worked off, so is the execution: else nobody could resume it. */
  pauseAgain(): void {
    if (!this.#wentOn) return;
    this.#wentOn = false;
    if (this.execution.state.current !== 'RUNNING') return;
    const isPaused = (id: string) => this.taskRun(id)?.state.current === 'PAUSED';
    if (this.activeIds().some(isPaused)) this.moveExecution('PAUSED');
  }

  /** A former run of its task: it keeps its logs but counts no more, and neither does what is below it. */
  supersede(run: TaskRun): void {
    for (const id of [...this.childrenOf(run.id)]) {
      const child = this.taskRun(id);
      if (child) this.supersede(child);
    }
    this.put({ ...run, superseded: true });
  }

  put(run: TaskRun): TaskRun {
    const before = this.taskRun(run.id);
    this.#runs.set(run.id, run);
    if (!before && run.parentTaskRunId !== undefined) {
      const siblings = this.#below.get(run.parentTaskRunId);
      if (siblings) siblings.push(run.id);
      else this.#below.set(run.parentTaskRunId, [run.id]);
    }
    recount(
      key => this.scope(key),
      (key, scope) => this.#scopes.set(key, scope),
      before,
      run,
    );
    if (!run.superseded) this.#children.set(childKey(run.parentTaskRunId, run.taskId, run.value), run.id);
    return run;
  }

  move(run: TaskRun, state: State): TaskRun {
    return this.put({ ...run, state: moveTo(run.state, state, this.date) });
  }

  /** Creates a task run; it begins when the decision comes to it. */
  start(task: Task, place: Pick<TaskRun, 'parentTaskRunId' | 'branch' | 'value' | 'iteration'>): void {
    const run = this.put({
      id: this.#sources.newId(),
      executionId: this.execution.id,
      taskId: task.id,
      ...place,
      state: initialState('CREATED', this.date),
      attempts: [],
    });
    this.queue.push({ kind: 'start', taskRunId: run.id });
  }

  effect(effect: Effect): void {
    this.#effects.set(effect.key, effect);
  }

  /** An effect is answered, or not wanted any more. */
  finish(key: string): void {
    if (!this.#effects.delete(key)) this.#done.add(key);
  }

  log(level: LogLevel, message: string, run?: TaskRun): void {
    this.#logs.push({
      timestamp: this.date,
      level,
      message,
      ...(run && { taskId: run.taskId, taskRunId: run.id, attemptNumber: Math.max(0, run.attempts.length - 1) }),
    });
  }

  /** Effects that were added and not yet finished in this draft. */
  get effects(): Iterable<Effect> {
    return this.#effects.values();
  }

  decision(): Decision {
    return {
      ...(this.#execution && { execution: this.#execution }),
      taskRuns: [...this.#runs.values()],
      effects: [...this.#effects.values()],
      done: [...this.#done],
      logs: this.#logs,
    };
  }
}
