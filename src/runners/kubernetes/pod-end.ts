/** Learns how far one pod is and how its run ended, whoever says it first. */
import type { Outcome } from '../../model/run.ts';
import { ApiError } from './client/errors.ts';
import type { PodObject } from './client/pods.ts';
import { type PodContext, type PodPhase, phaseOf } from './pod-outcome.ts';
import type { PodWatch } from './pod-watch.ts';

export interface PodLimits {
  /** Until the program runs, in ms. */
  readonly running: number;
  /** Until its end, in ms; absent: somebody else sees to it. */
  readonly completion?: number;
}

/** How long a node may fail to pull an image or to make a container before that counts. */
const stuckLimitMs = 60_000;

export interface PodEndOptions {
  readonly memoryLimit?: string;
  readonly limits: PodLimits;
  /** What the pod is waiting for, when that has changed. */
  waiting(text: string): void;
}

export class PodEnd {
  readonly ended: Promise<Outcome>;
  /** Resolves when the program runs, or has ended. */
  readonly begun: Promise<void>;
  readonly #options: PodEndOptions;
  readonly #settle: (outcome: Outcome) => void;
  readonly #begin: () => void;
  readonly #leave: () => void;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #watchers = new Set<() => void>();
  #pod: PodObject;
  #gone = false;
  #blind = false;
  #stoppedByUs = false;
  #settled: Outcome | undefined;
  #said = '';

  constructor(watch: PodWatch, pod: PodObject, options: PodEndOptions) {
    const ended = Promise.withResolvers<Outcome>();
    const begun = Promise.withResolvers<void>();
    [this.ended, this.#settle] = [ended.promise, ended.resolve];
    [this.begun, this.#begin] = [begun.promise, begun.resolve];
    this.#pod = pod;
    this.#options = options;
    this.#leave = watch.follow(pod, {
      seen: (seen, gone) => {
        this.#pod = seen;
        this.#gone ||= gone;
        this.#look();
      },
      failed: error => {
        this.#blind = true;
        this.settle({
          kind: 'node-lost',
          detail: `The pod ${pod.metadata.name} cannot be watched any more (${error.message}); how its program ended is not known.${adviceOn(error)}`,
        });
      },
    });
    this.#limit('running', options.limits.running, () => this.#neverRan());
    if (options.limits.completion !== undefined) {
      this.#limit('completion', options.limits.completion, () => {
        this.settle({
          kind: 'stopped',
          detail: `The pod ${pod.metadata.name} had not ended within waitUntilCompletion; it was stopped.`,
        });
      });
    }
    this.#look();
  }

  get pod(): PodObject {
    return this.#pod;
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** Nothing more is learnt of the pod. */
  get blind(): boolean {
    return this.#blind;
  }

  get settled(): Outcome | undefined {
    return this.#settled;
  }

  get phase(): PodPhase {
    return phaseOf(this.#pod, this.#context);
  }

  /** From now on an ending is ours, not an accident. */
  stopping(): void {
    this.#stoppedByUs = true;
  }

  settle(outcome: Outcome): void {
    if (this.#settled) return;
    this.#settled = outcome;
    this.#clear('running');
    this.#clear('completion');
    this.#clear('stuck');
    this.#begin();
    this.#settle(outcome);
    this.#notify();
  }

  /** Waits until what is asked of the pod as it stands is true, or until the signal is aborted (false). */
  async until(condition: (end: PodEnd) => boolean, signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      if (condition(this)) return true;
      const changed = Promise.withResolvers<void>();
      const wake = () => changed.resolve();
      this.#watchers.add(wake);
      signal.addEventListener('abort', wake, { once: true });
      await changed.promise;
      this.#watchers.delete(wake);
      signal.removeEventListener('abort', wake);
    }
    return false;
  }

  /** Nobody wants to know any more. */
  close(): void {
    for (const name of [...this.#timers.keys()]) this.#clear(name);
    this.#leave();
    this.#begin();
    this.#notify();
  }

  get #context(): PodContext {
    const { memoryLimit } = this.#options;
    return {
      stoppedByUs: this.#stoppedByUs,
      gone: this.#gone,
      ...(memoryLimit !== undefined && { memoryLimit }),
    };
  }

  #look(): void {
    if (!this.#settled) {
      const phase = this.phase;
      if (phase.kind === 'ended') {
        this.settle(phase.outcome);
        return;
      }
      if (phase.kind === 'running') {
        this.#clear('running');
        this.#begin();
      }
      if (phase.kind === 'waiting' && phase.giveUp) {
        if (!this.#timers.has('stuck')) this.#limit('stuck', stuckLimitMs, () => this.#stuck());
      } else {
        this.#clear('stuck');
      }
      if (phase.kind === 'waiting' && phase.text !== '' && phase.text !== this.#said) {
        this.#said = phase.text;
        this.#options.waiting(phase.text);
      }
    }
    this.#notify();
  }

  #stuck(): void {
    const { phase } = this;
    if (phase.kind === 'waiting' && phase.giveUp) this.settle(phase.giveUp);
  }

  #neverRan(): void {
    const { phase } = this;
    const waiting = phase.kind === 'waiting' ? phase : undefined;
    const last = this.#said === '' ? '' : ` ${this.#said}`;
    this.settle(
      waiting?.giveUp ?? {
        kind: 'never-started',
        detail: `The program of the pod ${this.#pod.metadata.name} did not run within waitUntilRunning.${last}`,
      },
    );
  }

  #limit(name: string, ms: number, over: () => void): void {
    // The longest time that a timer of Node can count is 24 days: as good as no end.
    if (ms < 2 ** 31) this.#timers.set(name, setTimeout(over, ms));
  }

  #clear(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }

  #notify(): void {
    for (const wake of [...this.#watchers]) wake();
  }
}

function adviceOn(error: Error): string {
  if (!(error instanceof ApiError && error.status === 401)) return '';
  return ' The token has ended: let config.oauthTokenProvider fetch a new one when it is needed. The pod stays until `windlass doctor --sweep` is run with a valid token.';
}
