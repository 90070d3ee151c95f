/** The runs that this process prepared, and which of their containers are so new that nobody can have touched them. */

/** What is known of a container for longer than this does not count when it is opened or started. */
export const freshMs = 200;

export class OwnRuns {
  readonly #createdMs = new Map<string, number>();

  /** @param createdMs when its container was created, by `performance.now()`; left out for one that was there */
  add(runId: string, createdMs = Number.NEGATIVE_INFINITY): void {
    this.#createdMs.set(runId, createdMs);
  }

  has(runId: string): boolean {
    return this.#createdMs.has(runId);
  }

  /** When the container of a run was created, while that alone tells what it is like; once, and not after a removal. */
  takeNew(runId: string): number | undefined {
    const createdMs = this.#createdMs.get(runId);
    if (createdMs === undefined) return undefined;
    this.add(runId);
    return performance.now() - createdMs < freshMs ? createdMs : undefined;
  }
}
