/** From the bytes of a pod's log, each line with its timestamp in front, to lines with a cursor behind them. */
import { isMap, type Value } from '../../../model/value.ts';
import type { LogCursor, LogLine } from '../../runner.ts';

/**
 * Where reading goes on: the log is asked for from `since` (seconds since the epoch: the API takes no finer time and
 * hands none on to the kubelet), and the first `skip` lines of that are known. Which lines are in it and in what order
 * is the same at every reading, so counting needs no line to be unlike another. Only the first may be missing, when the
 * node has begun a new file meanwhile: what is later than `until` is new, however few came before it.
 */
interface Position {
  readonly since: number;
  readonly skip: number;
  /** The latest time of a known line (ms since the epoch). */
  readonly until: number;
  /** Length of all that is known of the log. */
  readonly bytes: number;
}

/** How far timestamps may run back within a log: stdout and stderr are written by two hands. */
const slackSeconds = 1;
const newline = 10;

export class LogLines {
  readonly #start: Position | undefined;
  #toSkip: number;
  #parts: Buffer[] = [];
  /** Lines read so far by their second, as far back as a cursor may reach. */
  readonly #counts = new Map<number, number>();
  #latest = 0;
  #until: number;
  #bytes: number;

  constructor(from: LogCursor | undefined) {
    this.#start = readPosition(from);
    this.#toSkip = this.#start?.skip ?? 0;
    this.#until = this.#start?.until ?? 0;
    this.#bytes = this.#start?.bytes ?? 0;
  }

  /** Length of all that was read of the log, also before the cursor; of its lines without their timestamps. */
  get bytes(): number {
    return this.#bytes;
  }

  /** `sinceTime` of the request; absent from the beginning. */
  get since(): string | undefined {
    return this.#start && new Date(this.#start.since * 1000).toISOString();
  }

  get cursor(): LogCursor {
    if (this.#latest === 0) return this.#start ? { ...this.#start } : null;
    const since = Math.max(this.#latest - slackSeconds, this.#start?.since ?? 0);
    let skip = 0;
    for (const [second, count] of this.#counts) if (second >= since) skip += count;
    // What was known before may not have been passed over completely yet.
    if (this.#toSkip > 0 && this.#start) return { ...this.#start };
    return { since, skip, until: this.#until, bytes: this.#bytes };
  }

  /** The new lines that are complete with this chunk. */
  push(chunk: Buffer): LogLine[] {
    const lines: LogLine[] = [];
    let from = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
      this.#parts.push(chunk.subarray(from, end));
      this.#take(lines);
      from = end + 1;
    }
    if (from < chunk.length) this.#parts.push(chunk.subarray(from));
    return lines;
  }

  /** What is left when the log is complete: a last line without its end. */
  end(): LogLine[] {
    const lines: LogLine[] = [];
    if (this.#parts.length > 0) this.#take(lines);
    return lines;
  }

  #take(lines: LogLine[]): void {
    const text = (this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts)).toString('utf8');
    this.#parts = [];
    const space = text.indexOf(' ');
    const time = Date.parse(space < 0 ? text : text.slice(0, space));
    // Every line has a timestamp but the rest of one whose beginning lies before `since`, and which is known.
    if (Number.isNaN(time)) return;
    this.#count(Math.floor(time / 1000));
    if (this.#toSkip > 0 && time <= (this.#start?.until ?? 0)) {
      this.#toSkip -= 1;
      return;
    }
    this.#toSkip = 0;
    this.#until = Math.max(this.#until, time);
    const said = space < 0 ? '' : text.slice(space + 1);
    this.#bytes += said.length + 1;
    for (const part of (said.endsWith('\r') ? said.slice(0, -1) : said).split('\r')) {
      lines.push({ stream: 'stdout', time, text: part });
    }
  }

  #count(second: number): void {
    this.#counts.set(second, (this.#counts.get(second) ?? 0) + 1);
    if (second <= this.#latest) return;
    this.#latest = second;
    for (const known of this.#counts.keys()) if (known < second - slackSeconds) this.#counts.delete(known);
  }
}

function readPosition(cursor: LogCursor | undefined): Position | undefined {
  if (!isMap(cursor)) return undefined;
  const { since, skip, until, bytes } = cursor as Readonly<Record<keyof Position, Value | undefined>>;
  if (typeof since !== 'number' || typeof skip !== 'number') return undefined;
  return {
    since,
    skip,
    until: typeof until === 'number' ? until : Number.MAX_SAFE_INTEGER,
    bytes: typeof bytes === 'number' ? bytes : 0,
  };
}
