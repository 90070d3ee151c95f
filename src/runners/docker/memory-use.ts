/** How much memory a container with a limit used when it was last looked at: said when the memory was over. */
import { setTimeout as pause } from 'node:timers/promises';
import { memoryUse } from './client/containers.ts';
import type { Engine } from './client/engine.ts';

/** An answer costs the engine 2 ms; programs run out of memory faster than anybody can look. */
const everyMs = 2_000;
const firstMs = 500;

export interface MemorySample {
  readonly bytes: number;
  /** By `performance.now()`. */
  readonly at: number;
}

/** Looks from now until the container has ended; what an engine does not tell is left out. */
export class MemoryWatch {
  #latest: MemorySample | undefined;

  constructor(engine: Engine, id: string, ended: AbortSignal) {
    void this.#look(engine, id, ended);
  }

  get latest(): MemorySample | undefined {
    return this.#latest;
  }

  async #look(engine: Engine, id: string, ended: AbortSignal): Promise<void> {
    try {
      for (let wait = firstMs; ; wait = everyMs) {
        await pause(wait, undefined, { signal: ended, ref: false });
        const bytes = await memoryUse(engine, id);
        // Of a container that has just ended it is nothing.
        if (bytes !== undefined && bytes > 0) this.#latest = { bytes, at: performance.now() };
      }
    } catch {
      // Ended, or the engine is away: how it ended is learnt elsewhere.
    }
  }
}
