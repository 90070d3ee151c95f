/** The attempts of one execution: those that run, and those that wait for a slot. */
import { cancelKey, runKey } from '../engine/attempt.ts';
import type { Effect } from '../engine/effect.ts';
import type { EngineEvent } from '../engine/event.ts';
import type { TaskRun } from '../model/execution.ts';
import { isTerminal } from '../model/states.ts';
import type { ChildExecution, ChildFlow, TaskContext } from '../tasks/task-type.ts';
import type { Carried } from './carried.ts';
import type { Cleanups } from './cleanups.ts';
import { sharedDirectory } from './directories.ts';
import { runAttempt } from './run-task.ts';
import type { Said } from './task-voice.ts';

type RunEffect = Extract<Effect, { type: 'run' }>;

/** What the attempts need of the driver that they belong to. */
export interface AttemptHost {
  readonly carried: Carried;
  /** Resolves when the event is committed. */
  post(event: EngineEvent, said?: Said): Promise<void>;
  /** Is an effect still wanted? */
  isPending(key: string): boolean;
  startChild(run: TaskRun, child: ChildFlow): Promise<ChildExecution>;
  resume: TaskContext['resume'];
  /** Does something that the execution's end waits for, and that fails it when it rejects. */
  background(act: () => Promise<void>): void;
}

/** The attempts of one execution that this process runs. */
export class Attempts {
  readonly #host: AttemptHost;
  readonly #cleanups: Cleanups;
  readonly #running = new Map<string, AbortController>();
  readonly #waiting: RunEffect[] = [];

  constructor(host: AttemptHost, cleanups: Cleanups) {
    this.#host = host;
    this.#cleanups = cleanups;
  }

  /** How many more could run at once. */
  get free(): number {
    return this.#host.carried.environment.slots - this.#running.size;
  }

  /** Runs the attempt, now or when a slot is free. */
  take(effect: RunEffect): void {
    if (this.free > 0) this.#run(effect);
    else this.#waiting.push(effect);
  }

  /** Ends an attempt that runs; one that waits finds its `cancel` pending when its turn comes. */
  cancel(taskRunId: string, attempt: number): void {
    this.#running.get(runKey(taskRunId, attempt))?.abort();
  }

  #run(effect: RunEffect, abort = this.#hold(effect)): void {
    this.#host.background(async () => {
      const report = await this.#attempt(effect, abort);
      this.#running.delete(effect.key);
      // Its slot is held before the report, so that what follows from that does not overtake those that have waited.
      const next = this.#next();
      const held = next && this.#hold(next);
      report?.();
      if (next) this.#run(next, held);
    });
  }

  #hold({ key }: RunEffect): AbortController {
    const abort = new AbortController();
    this.#running.set(key, abort);
    return abort;
  }

  /** The first that is still wanted: a kill may have ended others while they waited. */
  #next(): RunEffect | undefined {
    for (let next = this.#waiting.shift(); next; next = this.#waiting.shift())
      if (this.#host.isPending(next.key)) return next;
    return undefined;
  }

  /** Runs it to its end; the report is still to be made. None when nobody wants it any more. */
  async #attempt(effect: RunEffect, abort: AbortController): Promise<(() => void) | undefined> {
    const { carried } = this.#host;
    const { taskRunId, attempt, key } = effect;
    if (carried.taskRun(taskRunId).attempts.length === attempt) {
      await this.#host.post({ type: 'started', at: Date.now(), taskRunId, attempt });
    }
    if (!this.#host.isPending(key)) return undefined;
    const run = carried.taskRun(taskRunId);
    if (this.#host.isPending(cancelKey(taskRunId, attempt)) || isTerminal(run.state.current)) abort.abort();
    const sharedDir = sharedDirectory(carried, run);
    const { result, ...said } = await runAttempt({
      carried,
      run,
      attempt,
      ...(sharedDir !== undefined && { sharedDir }),
      kill: abort.signal,
      startChild: child => this.#host.startChild(run, child),
      resume: this.#host.resume,
      afterCommit: this.#cleanups.collect(key),
    });
    return () => this.#host.post({ type: 'finished', at: Date.now(), taskRunId, attempt, result }, said);
  }
}
