/** The log of a container as lines, and the cursor behind them. Pure: bytes in, lines out. */
import { isMap } from '../../../model/value.ts';
import type { LogCursor, LogLine } from '../../runner.ts';
import { type Frame, FrameParser } from '../client/frames.ts';
import { compare, type Instant, instantFromText, instantText, later, RecordClock } from './position.ts';
import { StreamLines } from './stream-lines.ts';

/**
 * How much later than its time a record of one stream may stand in the log than a record of the other one. The engine
 * takes the time before it waits for the log file's lock, which is microseconds; a suspended engine can make it seconds.
 */
const skewSeconds = 10;

/** Docker's log driver `local` keeps bytes as they are. `json-file` replaces characters that its 16 KiB border cuts. */
export const wholeBytesDriver = 'local';

/** Docker cuts longer lines into pieces of exactly this size (moby/moby daemon/logger/copier.go). */
const pieceSize = 16 * 1024;

const streams = ['stdout', 'stderr'] as const;

/**
 * Puts lines together from the bytes of one answer to a log request that was asked with `since`. A new answer needs a
 * new object, made from the cursor of the last one.
 */
export class ContainerLines {
  /** Nothing before this instant is needed of the log. */
  readonly since: Instant | undefined;
  readonly #frames = new FrameParser();
  readonly #clock = new RecordClock();
  readonly #lines: Readonly<Record<(typeof streams)[number], StreamLines>>;

  readonly #lastPiecesLackEnd: boolean;
  readonly #holdsLast: boolean;
  #held: Frame | undefined;

  /**
   * @param driver the container's log driver
   * @param cursor what `cursor()` gave; anything else begins at the beginning
   * @param holdsLast leaves the last record alone: an engine that copies a log while it grows may have half of it
   */
  constructor(driver: string, cursor?: LogCursor, holdsLast = false) {
    this.#holdsLast = holdsLast;
    // The driver `local` takes the line end from the last piece of a cut line as well (seen on 20.10); a piece that
    // is not full is the last one.
    this.#lastPiecesLackEnd = driver === wholeBytesDriver;
    const read = isMap(cursor) && cursor.version === 1 ? cursor : {};
    const of = (stream: (typeof streams)[number]) => {
      const value = read[stream];
      return new StreamLines(isMap(value) ? value : undefined);
    };
    this.#lines = { stdout: of('stdout'), stderr: of('stderr') };
    this.since = instantFromText(read.since);
  }

  /** @throws Error when the bytes are no log. */
  push(chunk: Buffer): LogLine[] {
    const lines: LogLine[] = [];
    for (const frame of this.#frames.push(chunk)) {
      if (!this.#holdsLast) {
        lines.push(...this.#read(frame));
        continue;
      }
      lines.push(...this.releaseHeld());
      this.#held = { stream: frame.stream, content: Buffer.from(frame.content) };
    }
    return lines;
  }

  /** The record that is held, as it came. */
  get held(): Buffer | undefined {
    return this.#held?.content;
  }

  /** Reads the record that is held: it is whole after all. */
  releaseHeld(): LogLine[] {
    const held = this.#held;
    this.#held = undefined;
    return held ? this.#read(held) : [];
  }

  #read({ stream, content }: Frame): LogLine[] {
    const { at, contentStart } = this.#clock.read(content);
    const record = content.subarray(contentStart);
    const endsLine = record[record.length - 1] === 0x0a || (this.#lastPiecesLackEnd && record.length < pieceSize);
    return this.#lines[stream].push(at, record, endsLine).map(text => ({ stream, time: milliseconds(at), text }));
  }

  /** Lines without an end, when nothing more can come. */
  end(): LogLine[] {
    return streams.flatMap(stream => {
      const lines = this.#lines[stream];
      return lines.end().map(text => ({ stream, time: milliseconds(lines.latest ?? { seconds: 0, nanos: 0 }), text }));
    });
  }

  cursor(): LogCursor {
    const since = this.#since();
    return {
      version: 1,
      ...(since && { since: instantText(since) }),
      stdout: this.#lines.stdout.cursor(),
      stderr: this.#lines.stderr.cursor(),
    };
  }

  /**
   * The earliest instant at which a record can stand that is not taken yet. A stream that has long been quiet does not
   * count from its last record but from shortly before the latest one of both: else an hour of the other stream would
   * be read again for it.
   */
  #since(): Instant | undefined {
    const latest = later(this.#lines.stdout.latest, this.#lines.stderr.latest);
    if (latest === undefined) return undefined;
    const recent = { seconds: latest.seconds - skewSeconds, nanos: latest.nanos };
    let earliest = latest;
    for (const stream of streams) {
      const { needed, safe } = this.#lines[stream];
      const bound = needed ?? later(safe, recent) ?? recent;
      if (compare(bound, earliest) < 0) earliest = bound;
    }
    return earliest;
  }
}

function milliseconds({ seconds, nanos }: Instant): number {
  return seconds * 1000 + Math.floor(nanos / 1e6);
}
