/** The runs that this process prepared, each with a look at its container that was taken while other answers were awaited. */
import { type Container, inspectIfThere } from './client/containers.ts';
import type { Engine } from './client/engine.ts';

/** A look at the container that is older than this does not count when it is opened or started. */
export const freshMs = 200;

export interface Look {
  /** Undefined when it is not there. */
  readonly container: Promise<Container | undefined>;
  /** When it was asked for, by `performance.now()`. */
  readonly atMs: number;
}

export class OwnRuns {
  readonly #looks = new Map<string, Look | undefined>();

  add(runId: string): void {
    this.#looks.set(runId, undefined);
  }

  has(runId: string): boolean {
    return this.#looks.has(runId);
  }

  /** Asks now for what `look` gives soon. */
  lookAhead(runId: string, engine: Engine, containerId: string): void {
    const look = lookAt(engine, containerId);
    look.container.catch(() => {});
    this.#looks.set(runId, look);
  }

  /** What was seen ahead is so no longer. */
  forgetLook(runId: string): void {
    if (this.#looks.has(runId)) this.#looks.set(runId, undefined);
  }

  /** A fresh look at the container: the one that was asked for ahead, once, or a new one. */
  look(runId: string, engine: Engine, containerId: string): Look {
    const ahead = this.#looks.get(runId);
    this.forgetLook(runId);
    return ahead && performance.now() - ahead.atMs < freshMs ? ahead : lookAt(engine, containerId);
  }
}

function lookAt(engine: Engine, containerId: string): Look {
  return { container: inspectIfThere(engine, containerId), atMs: performance.now() };
}
