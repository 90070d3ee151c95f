/**
 * Carries one execution out: takes events one after the other, lets the engine decide, commits the changes together
 * with the effects, and only then does what the effects say. Their answers come back as events.
 */
import { mkdir } from 'node:fs/promises';
import { decide } from '../engine/decide.ts';
import { type Decision, Draft } from '../engine/draft.ts';
import { type Effect, effectToJson } from '../engine/effect.ts';
import type { Answer, EngineEvent } from '../engine/event.ts';
import { renderDeep, renderDeepTyped } from '../expression/index.ts';
import { removeFolder } from '../files/remove-folder.ts';
import type { GivenInput } from '../flow/index.ts';
import type { Execution, TaskRun } from '../model/execution.ts';
import { newId } from '../model/ids.ts';
import { nextTryAt } from '../model/next-try.ts';
import type { ChildExecution, ChildFlow } from '../tasks/task-type.ts';
import { Attempts } from './attempts.ts';
import type { Carried } from './carried.ts';
import { Cleanups } from './cleanups.ts';
import { closeDirectory, openDirectory, removeDirectory } from './directories.ts';
import type { RefusedInputs } from './execution-inputs.ts';
import { renderFlowOutputs } from './flow-outputs.ts';
import { type ResumeAnswer, resolveResumeInputs } from './resume-inputs.ts';
import { ResumeMailbox } from './resume-mailbox.ts';
import type { SubflowStarter } from './subflow-starter.ts';
import type { Said } from './task-voice.ts';
import { callAt, type Timer } from './timers.ts';

export class ExecutionDriver {
  readonly carried: Carried;
  readonly #subflows: SubflowStarter;
  readonly #inbox: { readonly event: EngineEvent; readonly said: Said; readonly committed: () => void }[] = [];
  readonly #pending = new Map<string, Effect>();
  readonly #timers = new Map<string, Timer>();
  readonly #attempts: Attempts;
  readonly #cleanups: Cleanups;
  readonly #ended = Promise.withResolvers<Execution>();
  readonly #mailbox: ResumeMailbox;
  #working = false;
  #settled = false;
  #isBroken = false;
  #inFlight = 0;

  constructor(carried: Carried, subflows: SubflowStarter) {
    this.carried = carried;
    this.#subflows = subflows;
    this.#mailbox = new ResumeMailbox(carried, {
      take: answers => this.#resume(answers),
      fenced: error => this.#break(error),
    });
    this.#cleanups = new Cleanups(carried);
    this.#attempts = new Attempts(
      {
        carried,
        post: (event, said) => this.post(event, said),
        isPending: key => this.#pending.has(key),
        startChild: (run, child) => this.#startChild(run, child),
        resume: (id, inputs) => this.#subflows.resume(id, inputs),
        background: act => this.#background(act),
      },
      this.#cleanups,
    );
    this.#ended.promise.catch(() => {});
  }

  /** The execution at its end, `afterExecution` and clean-up included. Rejects with `FencedError` or a fault of ours. */
  get ended(): Promise<Execution> {
    return this.#ended.promise;
  }

  /** Does again what was decided and not answered when the process before this one went away. */
  resume(effects: Iterable<Effect>): void {
    this.#mailbox.watch();
    for (const effect of effects) this.#pending.set(effect.key, effect);
    this.#perform([...this.#pending.values()]);
    if (this.#pending.size === 0) this.#settle();
  }

  /** Nothing more comes of it here: it has ended, or could not be carried on. */
  get isOver(): boolean {
    return this.#settled || this.#isBroken;
  }

  /** Something that an earlier process left could not be removed: the sweep finds it when the execution has ended. */
  leaveToSweep(): void {
    this.#cleanups.leaveToSweep();
  }

  /** Takes an event in. Resolves when what it brought about is committed, together with what was said. */
  post(event: EngineEvent, said: Said = { logs: [], metrics: [] }): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.isOver) return promise;
    this.#inbox.push({ event, said, committed: resolve });
    if (!this.#working) {
      this.#working = true;
      this.#work().catch(error => this.#break(error));
    }
    return promise;
  }

  /** Ends the execution; `ended` tells when. */
  kill(): void {
    this.post({ type: 'kill', at: Date.now() });
  }

  async #work(): Promise<void> {
    while (this.#inbox.length > 0) {
      const draft = new Draft(this.carried.state, { newId, random: Math.random });
      const taken = this.#inbox.splice(0);
      for (const { event } of taken) decide(draft, event);
      // What a free slot takes at once is committed as started in the same transaction: one fsync less for each task.
      let begun = 0;
      for (const effect of [...draft.effects]) {
        if (effect.type !== 'run' || begun >= this.#attempts.free) continue;
        decide(draft, { type: 'started', at: Date.now(), taskRunId: effect.taskRunId, attempt: effect.attempt });
        begun += 1;
      }
      const decision = draft.decision();
      await this.#commit(decision, {
        logs: taken.flatMap(({ said }) => said.logs),
        metrics: taken.flatMap(({ said }) => said.metrics),
      });
      for (const { committed } of taken) committed();
      for (const key of decision.done) this.#background(() => this.#cleanups.run(key));
      this.#perform(decision.effects);
    }
    this.#working = false;
    this.#settle();
  }

  async #commit(decision: Decision, said: Said): Promise<void> {
    const { state, claim, environment, secrets } = this.carried;
    const over = decision.execution?.phase === 'ended';
    const done = over ? [...new Set([...this.#pending.keys(), ...decision.done])] : decision.done;
    const effects = over ? [] : decision.effects;
    const logs = [...said.logs, ...decision.logs.map(entry => ({ ...entry, message: secrets.mask(entry.message) }))];
    await environment.store.commit(claim, {
      ...(decision.execution && { execution: decision.execution }),
      taskRuns: decision.taskRuns,
      effectsAdded: effects.map(effect => ({ key: effect.key, effect: effectToJson(effect) })),
      effectsDone: done,
      logs,
      metrics: said.metrics,
    });
    for (const key of done) {
      this.#pending.delete(key);
      this.#timers.get(key)?.cancel();
      this.#timers.delete(key);
    }
    for (const effect of effects) this.#pending.set(effect.key, effect);
    if (decision.execution) state.execution = decision.execution;
    for (const run of decision.taskRuns) state.put(run);
    const { listener } = environment;
    if (logs.length > 0) listener.logs?.(logs);
    for (const run of decision.taskRuns) listener.taskRun?.(run, state.execution);
    if (decision.execution) {
      if (decision.execution.state.current === 'KILLING') this.#subflows.killChildren(decision.execution.id);
      this.#mailbox.watch();
    }
  }

  /** Waits for nothing more: the execution stays as it is, for another process to go on with. */
  leave(): void {
    this.#mailbox.close();
    for (const timer of this.#timers.values()) timer.cancel();
  }

  /** What is paused goes on, with the inputs that a Pause asks for; unless they are refused. */
  async goOn(given: Readonly<Record<string, GivenInput>>): Promise<RefusedInputs | undefined> {
    const answers = await resolveResumeInputs(this.carried.environment, this.carried.state, given);
    if ('violations' in answers) return answers;
    this.#resume(answers);
    return undefined;
  }

  #resume(answers: readonly ResumeAnswer[]): void {
    for (const answer of answers) this.post({ type: 'resume', at: Date.now(), ...answer });
  }

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) this.#do(effect);
  }

  #do(effect: Effect): void {
    switch (effect.type) {
      case 'evaluate':
        this.#answer(effect.key, async () => {
          const run = effect.taskRunId === undefined ? undefined : this.carried.state.taskRun(effect.taskRunId);
          const context = this.carried.renderContext(run);
          const render = effect.as === 'text' ? renderDeep : renderDeepTyped;
          return { ok: true, value: await render(effect.template, context) };
        });
        return;
      case 'outputs':
        this.#answer(effect.key, () => renderFlowOutputs(this.carried));
        return;
      case 'open-directory':
        this.#answer(effect.key, () => openDirectory(this.carried, this.carried.taskRun(effect.taskRunId)));
        return;
      case 'close-directory':
        this.#answer(
          effect.key,
          () => closeDirectory(this.carried, this.carried.taskRun(effect.taskRunId)),
          () => removeDirectory(this.carried, this.carried.taskRun(effect.taskRunId)),
        );
        return;
      case 'run':
        this.#attempts.take(effect);
        return;
      case 'cancel':
        this.#attempts.cancel(effect.taskRunId, effect.attempt);
        return;
      case 'timer':
        this.#timers.set(
          effect.key,
          callAt(effect.at, () => this.post({ type: 'due', at: Date.now(), key: effect.key })),
        );
        return;
      case 'subflow':
        this.#background(() => this.#subflows.startSubflow(this.carried, effect, event => this.post(event)));
        return;
      case 'kill-child':
        this.#subflows.killSubflow(effect.executionId);
        return;
    }
  }

  /** Does something that the engine waits for. What goes wrong is the answer. `after` runs once that is committed. */
  #answer(key: string, act: () => Promise<Answer>, after?: () => Promise<void>): void {
    this.#background(async () => {
      const answer = await act().catch((error: Error): Answer => ({ ok: false, message: error.message }));
      const committed = this.post({ type: 'answered', at: Date.now(), key, answer });
      if (!after) return;
      await committed;
      await after();
    });
  }

  /** The execution does not end before its children, whether their task waits for them or not. */
  async #startChild(run: TaskRun, child: ChildFlow): Promise<ChildExecution> {
    const started = await this.#subflows.startChild(this.carried, run, child);
    this.#background(() => started.ended.then(() => {}));
    return started;
  }

  #background(act: () => Promise<void>): void {
    this.#inFlight += 1;
    act()
      .catch(error => this.#break(error))
      .finally(() => {
        this.#inFlight -= 1;
        this.#settle();
      });
  }

  #settle(): void {
    const { state } = this.carried;
    if (this.#working || this.#inFlight > 0 || this.isOver || state.execution.phase !== 'ended') return;
    this.#settled = true;
    this.#mailbox.close();
    this.#ended.resolve(this.#letGo());
  }

  /** Somebody else carries it now, or the store is out of reach: no timer and no poll keeps this process at it. */
  #break(error: Error): void {
    this.#isBroken = true;
    this.leave();
    this.#ended.reject(error);
  }

  /** The execution is let go, so that it can be restarted at once. Its folder stays for the sweep if something is left. */
  async #letGo(): Promise<Execution> {
    const { environment, state, claim, workDir } = this.carried;
    if (this.#cleanups.isClean) await removeFolder(workDir);
    else await mkdir(workDir, { recursive: true, mode: 0o700 });
    // Held until its next try is made: else nobody could tell whether a living process waits for that.
    if (nextTryAt(state.execution) === undefined) await environment.store.release(claim);
    return state.execution;
  }
}
