/** Learns how a container ended, whoever says it first. */
import { setTimeout as pause } from 'node:timers/promises';
import { EngineError } from '../engine-error.ts';
import { readText } from './client/connection.ts';
import {
  type ContainerState,
  inspectContainer,
  inspectIfThere,
  type WaitAnswer,
  waitContainer,
} from './client/containers.ts';
import type { Engine } from './client/engine.ts';

/** What came of a container. */
export type ContainerEnd =
  | { readonly kind: 'ended'; readonly state: ContainerState }
  /** Removed, or being removed, by somebody else. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'start-refused'; readonly message: string }
  /** Stopped or disposed of by us before it was started. */
  | { readonly kind: 'never-run' }
  /** Started, and nobody waits for its end. */
  | { readonly kind: 'left-running' }
  | { readonly kind: 'unreachable'; readonly message: string };

/** What the engine's wait said: that the container has ended. */
export interface Announcement {
  /** Whether the inspection right after it says so too; false of engines whose wait answers too early. */
  readonly confirmed: Promise<boolean>;
}

/** The second opinion: wait streams that never answer are known of some engines (kestra-io/kestra#4202). */
const inspectEveryMs = 5_000;
const reopenMs = 1_000;
const removalLookMs = 250;
const removalLooks = 4;
/** An engine may be restarted or updated meanwhile. */
const unreachableLimitMs = 5 * 60_000;

/** Was the program ever started? Engines spell "never" as the year 1. */
export function wasStarted(state: ContainerState): boolean {
  return !state.StartedAt.startsWith('0001-01-01');
}

/**
 * A start that failed leaves its container as it was created, with an error in its state. That is no end: Docker 29
 * calls a start off when the one who asked for it goes away, and the next one tells of what fails again.
 */
export function hasEnded(state: ContainerState): boolean {
  return !state.Running && ['exited', 'stopped', 'dead', 'removing'].includes(state.Status);
}

/** Watches one container by the engine's wait stream and by a slow inspection. */
export class EndWatch {
  readonly ended: Promise<ContainerEnd>;
  /** Comes before `ended`, by as long as the inspection takes, and at the latest with it. */
  readonly announced: Promise<Announcement>;
  readonly #engine: Engine;
  readonly #id: string;
  readonly #closing = new AbortController();
  #resolve: (end: ContainerEnd) => void = () => {};
  #announce: (announcement: Announcement) => void = () => {};
  #settled: ContainerEnd | undefined;
  #timer: NodeJS.Timeout | undefined;
  #unreachableSince: number | undefined;
  #wasAway = false;
  #killExpected = false;

  constructor(engine: Engine, id: string) {
    this.#engine = engine;
    this.#id = id;
    this.ended = new Promise(resolve => {
      this.#resolve = resolve;
    });
    this.announced = new Promise(resolve => {
      this.#announce = resolve;
    });
  }

  get settled(): ContainerEnd | undefined {
    return this.#settled;
  }

  /** Did the engine not answer at some time while the end was awaited? */
  get wasAway(): boolean {
    return this.#wasAway;
  }

  /** Aborted when the end is known. */
  get signal(): AbortSignal {
    return this.#closing.signal;
  }

  /** Opens the wait stream, if it is not open yet. Only after the start. */
  watch(): void {
    if (this.#settled || this.#timer) return;
    this.#timer = setInterval(() => void this.look(), inspectEveryMs);
    void this.#keepWaiting();
  }

  /** Inspects the container and settles when it has ended. */
  async look(): Promise<void> {
    if (this.#settled) return;
    try {
      const { State: state } = await inspectContainer(this.#engine, this.#id);
      this.#unreachableSince = undefined;
      // Docker says "removing" from the moment that a forced removal begins, before it kills.
      if (state.Status === 'removing') this.settle({ kind: 'gone' });
      else if (hasEnded(state))
        this.settle((await this.#isBeingRemoved(state)) ? { kind: 'gone' } : { kind: 'ended', state });
    } catch (error) {
      if (error instanceof EngineError && error.status === 404) return this.settle({ kind: 'gone' });
      this.#wasAway = true;
      this.#unreachableSince ??= Date.now();
      if (Date.now() - this.#unreachableSince < unreachableLimitMs) return;
      this.settle({ kind: 'unreachable', message: error instanceof Error ? error.message : String(error) });
    }
  }

  /** We kill it: that it ends so has no other meaning. */
  expectKill(): void {
    this.#killExpected = true;
  }

  settle(end: ContainerEnd): void {
    if (this.#settled) return;
    this.#settled = end;
    clearInterval(this.#timer);
    this.#closing.abort();
    this.#resolve(end);
    this.#announce({ confirmed: Promise.resolve(true) });
  }

  /** Podman shows a container that is removed by force as one that was killed, until it is gone. */
  async #isBeingRemoved({ ExitCode: code }: ContainerState): Promise<boolean> {
    if (!this.#engine.podman || code !== 137 || this.#killExpected) return false;
    for (let look = 0; look < removalLooks; look++) {
      await pause(removalLookMs);
      if (!(await inspectIfThere(this.#engine, this.#id))) return true;
    }
    return false;
  }

  async #keepWaiting(): Promise<void> {
    while (!this.#settled) {
      let hasAnswered = false;
      try {
        const answer = await waitContainer(this.#engine, this.#id, this.#closing.signal);
        hasAnswered = saysEnded(await readText(answer));
      } catch {
        // Whatever broke it, the inspection tells what is the case.
      }
      const looked = this.look();
      if (hasAnswered) this.#announce({ confirmed: looked.then(() => this.#settled !== undefined) });
      await looked;
      if (!this.#settled) await pause(reopenMs);
    }
  }
}

/** An answer that was cut off on its way says nothing. */
function saysEnded(text: string): boolean {
  const { StatusCode: code, Error: error } = JSON.parse(text) as Partial<WaitAnswer>;
  return typeof code === 'number' && !error;
}
