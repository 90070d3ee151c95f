/** Waiting that ends early for good. */
import { callAt } from './timers.ts';

export class Patience {
  readonly #over = Promise.withResolvers<void>();
  #isOver = false;

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Resolves at a time in milliseconds since the epoch, or when it is over. */
  async until(at: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = callAt(at, resolve);
    await Promise.race([promise, this.#over.promise]);
    timer.cancel();
  }

  end(): void {
    this.#isOver = true;
    this.#over.resolve();
  }
}
