/** What attempts used, removed once their results are committed. */
import { EngineError, UnreachableError } from '../runners/engine-error.ts';
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
    const [, taskRunId = '', attempt] = key.split(':');
    try {
      for (const cleanup of cleanups) await cleanup();
    } catch (error) {
      this.leaveToSweep();
      if (!(error instanceof EngineError || error instanceof UnreachableError))
        return environment.listener.fault?.(error as Error);
      const left = `What the task left in its engine could not be removed: ${error.message}.`;
      return this.#carried.warn(`${left} windlass doctor --sweep removes it later.`, state.taskRun(taskRunId));
    }
    await environment.store.deleteRun(claim, taskRunId, Number(attempt));
  }
}
