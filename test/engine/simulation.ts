/**
 * Carries a flow out in memory, as the execution driver does it: events are taken into a draft, the decision is
 * committed, its effects are done and come back as events. In the order in which they arise, or in any other.
 */
import { decide } from '../../src/engine/decide.ts';
import { type Decision, Draft } from '../../src/engine/draft.ts';
import type { Effect } from '../../src/engine/effect.ts';
import type { Answer, EngineEvent } from '../../src/engine/event.ts';
import { ExecutionState } from '../../src/engine/execution-state.ts';
import type { Execution, LogEntry, TaskResult, TaskRun } from '../../src/model/execution.ts';
import type { Flow } from '../../src/model/flow.ts';
import { initialState, type State } from '../../src/model/states.ts';
import type { Value, ValueMap } from '../../src/model/value.ts';
import { checkDecision } from './invariants.ts';

/** How a program ends: its state, that with outputs, or never (until it is cancelled). */
export type Ending = TaskResult['state'] | TaskResult | 'hangs';

/** What a world says: tasks succeed, texts render to themselves, subflows succeed, unless it says otherwise. */
export interface World {
  /** By task id: how its attempts end, one after the other (the last one goes on), or a function of run and attempt. */
  readonly tasks?: Readonly<Record<string, Ending | readonly Ending[] | ((run: TaskRun, attempt: number) => Ending)>>;
  /** How tasks end that are not named. */
  readonly otherTasks?: () => Ending;
  /** What `{{ name }}` renders to, each time it is asked; `undefined` refuses. */
  readonly expressions?: Readonly<
    Record<string, (state: ExecutionState, run: TaskRun | undefined) => Value | undefined>
  >;
  readonly outputs?: Answer;
  /** Whether a working directory can be opened, and closed. */
  readonly directories?: () => Answer;
  /** By task id: how its subflow's execution ends; `refused`: it cannot start. */
  readonly subflows?: Readonly<Record<string, State | 'hangs' | 'refused' | readonly State[]>>;
  readonly otherSubflows?: () => State | 'refused';
}

/** Picks one of `count` things; the default takes the oldest. */
export type Choose = (count: number) => number;

/** Something that will be said to the engine, made when its turn comes. */
type Happening = () => EngineEvent;

export class Simulation {
  readonly flow: Flow;
  state: ExecutionState;
  readonly logs: LogEntry[] = [];
  /** Task runs as stored, in the order first committed. */
  readonly rows = new Map<string, TaskRun>();
  readonly pending = new Map<string, Effect>();
  /** Keys of all effects since the start, or since the last restart. */
  readonly emitted = new Set<string>();
  /** What was taken in, to be said again by mischief. */
  readonly taken: EngineEvent[] = [];
  /** Task runs in the order in which a worker began them, as `id` or `id[value]`. */
  readonly begun: string[] = [];
  readonly decisions: Decision[] = [];
  now = Date.parse('2024-01-01T00:00:00Z');
  /** Attempts are said to have begun in the decision that asks for them, as a driver with a free slot does. */
  eager = false;
  readonly #world: World;
  readonly #choose: Choose;
  #ready: Happening[] = [];
  #timers: Extract<Effect, { type: 'timer' }>[] = [];
  #working = new Map<string, { cancelled: boolean }>();
  #children = new Map<string, { taskRunId: string; killed: boolean }>();
  #ids = 0;

  constructor(flow: Flow, world: World = {}, choose: Choose = () => 0) {
    this.flow = flow;
    this.#world = world;
    this.#choose = choose;
    const execution: Execution = {
      id: 'execution',
      namespace: flow.namespace,
      flowId: flow.id,
      flowRevision: flow.revision,
      state: initialState('CREATED', new Date(this.now).toISOString()),
      labels: flow.labels,
      inputs: {},
      originalId: 'execution',
      attemptNumber: 1,
      phase: 'created',
    };
    this.state = new ExecutionState(flow, execution);
  }

  get execution(): Execution {
    return this.state.execution;
  }

  /** Starts the execution and goes on until nothing moves any more. */
  start(): this {
    this.take({ type: 'start', at: this.now });
    return this.settle();
  }

  /** Goes on until only the outside (a resume, a kill) can move anything. */
  settle(): this {
    for (let step = 0; this.step(); step++) if (step > 100_000) throw new Error('the execution does not come to rest');
    return this;
  }

  /** Lets one thing happen; false when there is none. Timers come when all else is quiet. */
  step(): boolean {
    const happening = this.#ready.splice(this.#choose(this.#ready.length), 1)[0];
    if (happening) this.take(happening());
    else if (!this.#fireTimer()) return false;
    return true;
  }

  /** Lets what is ready happen at once, in one decision; false when nothing is. */
  stepTogether(): boolean {
    const happenings = this.#ready.splice(0);
    if (happenings.length === 0) return false;
    this.take(...happenings.map(happening => happening()));
    return true;
  }

  /** Lets the time of the first timer come, though other things may be ready. */
  fireTimer(): boolean {
    return this.#fireTimer();
  }

  /** Takes events into one decision and commits it. */
  take(...events: EngineEvent[]): Decision {
    const newId = () => `run${String(++this.#ids).padStart(5, '0')}`;
    const draft = new Draft(this.state, { newId, random: () => 0.5 });
    for (const event of events) {
      if (event.type === 'restart') this.emitted.clear();
      decide(draft, event);
      this.taken.push(event);
    }
    for (const effect of this.eager ? [...draft.effects] : []) {
      if (effect.type !== 'run') continue;
      const { taskRunId, attempt } = effect;
      this.#noteBegun(draft.taskRun(taskRunId));
      decide(draft, { type: 'started', at: this.now, taskRunId, attempt });
    }
    const decision = draft.decision();
    const restarting = events.some(({ type }) => type === 'restart');
    this.#commit(decision, restarting);
    return decision;
  }

  kill(): this {
    this.take({ type: 'kill', at: this.now });
    return this.settle();
  }

  resume(onResume?: ValueMap): this {
    this.take({ type: 'resume', at: this.now, ...(onResume && { onResume }) });
    return this.settle();
  }

  restart(): this {
    this.take({ type: 'restart', at: this.now });
    return this.settle();
  }

  /** The process dies and another one goes on from what was committed. */
  crash(): void {
    const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
    this.state = this.rebuilt();
    this.#ready = [];
    this.#timers = [];
    this.#working.clear();
    this.taken.length = 0;
    if (this.execution.phase === 'created') this.take({ type: 'start', at: this.now });
    else for (const effect of [...this.pending.values()]) this.#do(plain(effect));
  }

  /** The state that another process would read. */
  rebuilt(): ExecutionState {
    const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
    return new ExecutionState(this.flow, plain(this.state.execution), [...this.rows.values()].map(plain));
  }

  #commit(decision: Decision, restarting: boolean): void {
    this.decisions.push(decision);
    checkDecision(decision, this.state, restarting);
    const over = decision.execution?.phase === 'ended';
    for (const key of over ? [...this.pending.keys()] : decision.done) {
      this.pending.delete(key);
      this.#timers = this.#timers.filter(timer => timer.key !== key);
    }
    for (const effect of decision.effects) {
      if (this.emitted.has(effect.key)) throw new Error(`the effect ${effect.key} is emitted twice`);
      this.emitted.add(effect.key);
      if (!over) this.pending.set(effect.key, effect);
    }
    if (decision.execution) this.state.execution = decision.execution;
    for (const run of decision.taskRuns) {
      this.state.put(run);
      this.rows.set(run.id, run);
    }
    this.logs.push(...decision.logs);
    for (const effect of decision.effects) this.#do(effect);
  }

  #fireTimer(): boolean {
    const first = this.#timers.toSorted((a, b) => a.at - b.at)[0];
    if (!first) return false;
    this.#timers = this.#timers.filter(timer => timer !== first);
    this.now = Math.max(this.now, first.at);
    this.take({ type: 'due', at: this.now, key: first.key });
    return true;
  }

  #do(effect: Effect): void {
    switch (effect.type) {
      case 'evaluate':
        this.#answer(effect.key, () => this.#evaluate(effect));
        return;
      case 'outputs':
        this.#answer(effect.key, () => this.#world.outputs ?? { ok: true, value: {} });
        return;
      case 'open-directory':
      case 'close-directory':
        this.#answer(effect.key, () => this.#world.directories?.() ?? { ok: true, value: {} });
        return;
      case 'run':
        this.#begin(effect);
        return;
      case 'cancel': {
        const key = `run:${effect.taskRunId}:${effect.attempt}`;
        const work = this.#working.get(key);
        if (!work || work.cancelled) return;
        work.cancelled = true;
        this.#finish(effect.taskRunId, effect.attempt, 'KILLED');
        return;
      }
      case 'timer':
        this.#timers.push(effect);
        return;
      case 'subflow':
        this.#beginChild(effect);
        return;
      case 'kill-child': {
        const child = this.#children.get(effect.executionId);
        if (!child || child.killed) return;
        child.killed = true;
        this.#endChild(effect.executionId, child, 'KILLED');
      }
    }
  }

  #answer(key: string, answer: () => Answer): void {
    this.#ready.push(() => ({ type: 'answered', at: this.now, key, answer: answer() }));
  }

  #begin({ key, taskRunId, attempt }: Extract<Effect, { type: 'run' }>): void {
    const run = this.#run(taskRunId);
    const work = { cancelled: this.pending.has(`cancel:${taskRunId}:${attempt}`) };
    const end = () => {
      const ending = work.cancelled ? 'KILLED' : this.#endingOf(this.#run(taskRunId), attempt);
      if (ending !== 'hangs') this.#finish(taskRunId, attempt, ending);
    };
    // Begun already: by an eager decision, or before a crash.
    if (run.attempts.length > attempt) {
      this.#working.set(key, work);
      end();
      return;
    }
    this.#ready.push(() => {
      this.#noteBegun(run);
      this.#working.set(key, work);
      end();
      return { type: 'started', at: this.now, taskRunId, attempt };
    });
  }

  #noteBegun(run: TaskRun | undefined): void {
    if (run) this.begun.push(run.value === undefined ? run.taskId : `${run.taskId}[${run.value}]`);
  }

  #finish(taskRunId: string, attempt: number, ending: TaskResult['state'] | TaskResult): void {
    const result = typeof ending === 'string' ? { state: ending, outputs: {} } : ending;
    this.#ready.push(() => ({ type: 'finished', at: this.now, taskRunId, attempt, result }));
  }

  #beginChild({ key, taskRunId }: Extract<Effect, { type: 'subflow' }>): void {
    const run = this.#run(taskRunId);
    const given = this.#world.subflows?.[run.taskId] ?? this.#world.otherSubflows?.() ?? 'SUCCESS';
    const attempts = run.attempts.length;
    if (given === 'refused') {
      this.#answer(key, () => ({ ok: false, message: 'there is no such flow' }));
      return;
    }
    const executionId = `${taskRunId}-child-${attempts}`;
    const ending = typeof given === 'string' ? given : (given[attempts - 1] ?? given.at(-1) ?? 'SUCCESS');
    this.#ready.push(() => {
      const known = this.#children.get(executionId);
      const child = { taskRunId, killed: known?.killed ?? false };
      this.#children.set(executionId, child);
      if (child.killed) this.#endChild(executionId, child, 'KILLED');
      else if (ending !== 'hangs') this.#endChild(executionId, child, ending);
      return { type: 'child-started', at: this.now, taskRunId, executionId };
    });
  }

  #endChild(executionId: string, child: { taskRunId: string }, state: State): void {
    this.#ready.push(() => ({ type: 'child-ended', at: this.now, taskRunId: child.taskRunId, executionId, state }));
  }

  #evaluate({ taskRunId, template }: Extract<Effect, { type: 'evaluate' }>): Answer {
    const run = taskRunId === undefined ? undefined : this.#run(taskRunId);
    const refused: string[] = [];
    const render = (value: Value): Value => {
      if (Array.isArray(value)) return value.map(render);
      const name = typeof value === 'string' ? /^\{\{ (\S+) \}\}$/.exec(value)?.[1] : undefined;
      if (name === undefined) return value;
      const rendered = this.#world.expressions?.[name]?.(this.state, run);
      if (rendered === undefined) refused.push(name);
      return rendered ?? null;
    };
    const value = render(template);
    return refused.length > 0 ? { ok: false, message: `Unable to find ${refused.join()}` } : { ok: true, value };
  }

  #endingOf(run: TaskRun, attempt: number): Ending {
    const given = this.#world.tasks?.[run.taskId] ?? this.#world.otherTasks?.() ?? 'SUCCESS';
    if (typeof given === 'function') return given(run, attempt);
    if (typeof given === 'string' || 'outputs' in given) return given as Ending;
    const list = given as readonly Ending[];
    return list[attempt] ?? list.at(-1) ?? 'SUCCESS';
  }

  #run(id: string): TaskRun {
    const run = this.state.taskRun(id);
    if (!run) throw new Error(`no task run ${id}`);
    return run;
  }
}
