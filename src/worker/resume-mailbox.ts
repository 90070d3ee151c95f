/** What another process says to a paused execution (`windlass resume`): looked for while it is paused. */
import { FencedError } from '../store/store.ts';
import type { Carried } from './carried.ts';
import { type ResumeAnswer, resumeAnswers } from './resume-inputs.ts';

/** A read of the store each time: 0.05 ms. */
const pollMs = 250;

/** Who is told what comes in. */
export interface ResumeListener {
  take(answers: readonly ResumeAnswer[]): void;
  /** Somebody else carries the execution now. */
  fenced(error: FencedError): void;
}

export class ResumeMailbox {
  readonly #carried: Carried;
  readonly #listener: ResumeListener;
  #polling: NodeJS.Timeout | undefined;

  constructor(carried: Carried, listener: ResumeListener) {
    this.#carried = carried;
    this.#listener = listener;
  }

  /** To be called when the execution's state may have changed. */
  watch(): void {
    if (this.#carried.state.execution.state.current !== 'PAUSED') {
      this.close();
      return;
    }
    this.#polling ??= setInterval(() => void this.#look(), pollMs);
  }

  async #look(): Promise<void> {
    const { claim, environment } = this.#carried;
    try {
      for (const message of await environment.store.receive(claim)) this.#listener.take(resumeAnswers(message));
    } catch (error) {
      // A store that is busy or out of reach is asked again the next time.
      if (error instanceof FencedError) this.#listener.fenced(error);
    }
  }

  close(): void {
    clearInterval(this.#polling);
    this.#polling = undefined;
  }
}
