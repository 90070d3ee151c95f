/** Ends an attempt from here: when its execution is killed, and when its time is over. */
import type { StopReason } from '../runs/execute-run.ts';
import { callAt } from './timers.ts';

export class AttemptStop {
  readonly #controller = new AbortController();
  readonly #kill: AbortSignal;
  readonly #onKill = () => this.#controller.abort('kill' satisfies StopReason);
  #timer: { cancel(): void } | undefined;
  /** The time that the attempt may take, once it is known. */
  timeoutMs: number | undefined;

  /** @param kill aborted when the execution is killed */
  constructor(kill: AbortSignal) {
    this.#kill = kill;
    if (kill.aborted) this.#onKill();
    kill.addEventListener('abort', this.#onKill, { once: true });
  }

  /** Aborted with a `StopReason`. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Undefined as long as nothing ends it. */
  get reason(): StopReason | undefined {
    return this.signal.aborted ? (this.signal.reason as StopReason) : undefined;
  }

  /** @param began in ms since the epoch: an attempt that is taken over has used some of its time */
  limit(timeoutMs: number, began: number): void {
    this.timeoutMs = timeoutMs;
    this.#timer = callAt(began + timeoutMs, () => this.#controller.abort('timeout' satisfies StopReason));
  }

  /** The attempt has ended by itself. */
  release(): void {
    this.#timer?.cancel();
    this.#kill.removeEventListener('abort', this.#onKill);
  }
}
