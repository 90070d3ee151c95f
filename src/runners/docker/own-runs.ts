/** The runs that this process prepared, and which of their containers are so new that nobody can have touched them. */
import type { Container } from './client/containers.ts';

/** What is known of a container for longer than this does not count when it is opened or started. */
export const freshMs = 200;

/** A container that was created by this process. */
export interface NewContainer {
  readonly container: Container;
  /** When `container` was asked for, by `performance.now()`. */
  readonly inspectedMs: number;
  /** When its output directory was last changed, where that was asked for. */
  readonly outputTime?: Promise<string | undefined> | undefined;
}

export class OwnRuns {
  readonly #runs = new Map<string, NewContainer | undefined>();

  /** @param created left out for a container that was there */
  add(runId: string, created?: NewContainer): void {
    this.#runs.set(runId, created);
  }

  has(runId: string): boolean {
    return this.#runs.has(runId);
  }

  /** The container of a run, while it is so new that this tells what it is like; once, and not after a removal. */
  takeNew(runId: string): NewContainer | undefined {
    const created = this.#runs.get(runId);
    if (!created) return undefined;
    this.add(runId);
    return performance.now() - created.inspectedMs < freshMs ? created : undefined;
  }
}
