/** Where the program writes. A reader that went away never ends a run: what it would have got is dropped. */
export interface Output {
  readonly stdout: Sink;
  readonly stderr: Sink;
}

/** One stream of the program. */
export interface Sink {
  /** Something can be drawn and drawn over. */
  readonly isTerminal: boolean;
  readonly colors: boolean;
  /** Columns of the terminal; 80 where there is none, or it does not know. */
  readonly width: number;
  /** Rows of the terminal; absent where there is none, or it does not know. */
  readonly height?: number | undefined;
  /** Why what was written is not complete; a reader that went away is no reason. */
  readonly failure?: Error | undefined;
  write(text: string): void;
  /** Writes and waits until it is taken, so that a big document is not gathered in memory. */
  push(text: string): Promise<void>;
}

interface Stream extends NodeJS.WritableStream {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
}

/** What the environment says: NO_COLOR; CI or TERM=dumb, where nothing may be drawn over. */
export interface Wishes {
  readonly noColor: boolean;
  readonly plain: boolean;
}

/** Errors of a pipe or a socket that nobody reads. */
const readerGone: ReadonlySet<string | undefined> = new Set(['EPIPE', 'ECONNRESET']);

/** A sink that writes to a stream and survives its end. */
export function sinkOf(stream: Stream, { noColor, plain }: Wishes): Sink {
  let gone = false;
  let failure: Error | undefined;
  const isTerminal = stream.isTTY === true;
  // A write may be told of its own error before the stream is; those behind it fail because of that.
  const taken = (error?: NodeJS.ErrnoException | null) => {
    if (!error || gone) return;
    gone = true;
    if (!isTerminal && !readerGone.has(error.code)) failure = error;
  };
  stream.on('error', taken);
  return {
    isTerminal: isTerminal && !plain,
    colors: isTerminal && !noColor,
    get width() {
      // A terminal that does not know its size says 0.
      return stream.columns || 80;
    },
    get height() {
      return stream.rows || undefined;
    },
    get failure() {
      return failure;
    },
    write(text) {
      if (!gone) stream.write(text, taken);
    },
    push(text) {
      if (gone) return Promise.resolve();
      return new Promise(resolve => {
        const done = (error?: Error | null) => {
          taken(error);
          stream.removeListener('error', done);
          resolve();
        };
        stream.once('error', done);
        stream.write(text, done);
      });
    },
  };
}
