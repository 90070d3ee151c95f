/**
 * Who may follow a log, each follow being a connection of its own that stays open. A worker with thousands of pods
 * follows a few of them; the other logs are read again and again over few connections.
 */

export interface LogPlace {
  /** `read`: to its present end, then again after `pauseMs`. */
  readonly way: 'follow' | 'read';
  readonly pauseMs: number;
  leave(): void;
}

export interface LogSeen {
  /** What was read of the log so far. */
  readonly bytes: number;
  /** The last look at it found nothing new. */
  readonly quiet: boolean;
}

const followLimit = 64;
/**
 * The kubelet gives a log from its present file on, and begins a new one at 10 MiB (`containerLogMaxSize`). What is
 * written between two readings must not come to that, so a log of this length is followed beyond the limit.
 */
const longLogBytes = 4 * 1024 * 1024;
const shortestPauseMs = 2_000;
/** One reading costs 0.7 ms of a core; all together keep to this many in a second. */
const readingsPerSecond = 100;

export class LogFollows {
  readonly #limit: number;
  #following = 0;
  #reading = 0;
  #waiting = 0;

  constructor(limit = followLimit) {
    this.#limit = limit;
  }

  /** Is there a log that had something to say, and no place? Then those that are followed and silent should leave. */
  get crowded(): boolean {
    return this.#waiting > 0;
  }

  enter({ bytes, quiet }: LogSeen): LogPlace {
    const free = this.#following < this.#limit;
    if (bytes >= longLogBytes || (free && !(quiet && this.crowded))) {
      this.#following += 1;
      return { way: 'follow', pauseMs: 0, leave: once(() => (this.#following -= 1)) };
    }
    this.#reading += 1;
    if (!quiet) this.#waiting += 1;
    const pauseMs = Math.max(shortestPauseMs, (this.#reading / readingsPerSecond) * 1000);
    return {
      way: 'read',
      // Spread, so that those who began together do not come together.
      pauseMs: pauseMs * (0.75 + Math.random() / 2),
      leave: once(() => {
        this.#reading -= 1;
        if (!quiet) this.#waiting -= 1;
      }),
    };
  }
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}
