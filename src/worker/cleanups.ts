/** What attempts used, removed once their results are committed. */
import type { Carried } from './carried.ts';

export class Cleanups {
  readonly #carried: Carried;
  readonly #byKey = new Map<string, (() => Promise<void>)[]>();
  #isClean = true;

  constructor(carried: Carried) {
    this.#carried = carried;
  }

  /** False once something could not be removed: the execution's folder stays then, for the sweep to find. */
  get isClean(): boolean {
    return this.#isClean;
  }

  /** Something of another process's attempts could not be removed. */
  leaveToSweep(): void {
    this.#isClean = false;
  }

  /** What is collected under an effect's key is removed in the opposite order. */
  collect(key: string): (dispose: () => Promise<void>) => void {
    const cleanups: (() => Promise<void>)[] = [];
    this.#byKey.set(key, cleanups);
    return dispose => cleanups.unshift(dispose);
  }

  /** Rejects only with faults of the store. */
  async run(key: string): Promise<void> {
    const cleanups = this.#byKey.get(key);
    if (!cleanups) return;
    this.#byKey.delete(key);
    const { environment, claim, state } = this.#carried;
    try {
      for (const cleanup of cleanups) await cleanup();
    } catch (error) {
      environment.listener.fault?.(error as Error, state.execution.id);
      this.leaveToSweep();
      return;
    }
    const [, taskRunId = '', attempt] = key.split(':');
    await environment.store.deleteRun(claim, taskRunId, Number(attempt));
  }
}
