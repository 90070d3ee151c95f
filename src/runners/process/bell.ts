/** Waiting for a time or for a ring, whichever comes first. */

/**
 * Wakes all that wait. A plain promise would do for one ring, but a loop that races against it at every turn would
 * leave a reaction on it each time, for as long as the task runs.
 */
export class Bell {
  readonly #waiting = new Set<() => void>();

  /**
   * Resolves at the next ring, or after `ms` milliseconds.
   * @throws the signal's reason when it is or becomes aborted.
   */
  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const finish = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', finish);
        this.#waiting.delete(finish);
        if (signal?.aborted) reject(signal.reason);
        else resolve();
      };
      const timer = setTimeout(finish, ms);
      signal?.addEventListener('abort', finish);
      this.#waiting.add(finish);
    });
  }

  ring(): void {
    for (const finish of [...this.#waiting]) finish();
  }
}
