/** What another process says to a paused execution (`windlass resume`): looked for while it is paused. */
import type { Carried } from './carried.ts';
import { type ResumeAnswer, resumeAnswers } from './resume-inputs.ts';

/** A read of the store each time: 0.05 ms. */
const pollMs = 250;

export class ResumeMailbox {
  readonly #carried: Carried;
  readonly #take: (answers: readonly ResumeAnswer[]) => void;
  #polling: NodeJS.Timeout | undefined;

  constructor(carried: Carried, take: (answers: readonly ResumeAnswer[]) => void) {
    this.#carried = carried;
    this.#take = take;
  }

  /** To be called when the execution's state may have changed. */
  watch(): void {
    const { state, claim, environment } = this.#carried;
    if (state.execution.state.current !== 'PAUSED') {
      this.close();
      return;
    }
    this.#polling ??= setInterval(async () => {
      const messages = await environment.store.receive(claim).catch(() => []);
      for (const message of messages) this.#take(resumeAnswers(message));
    }, pollMs);
  }

  close(): void {
    clearInterval(this.#polling);
    this.#polling = undefined;
  }
}
