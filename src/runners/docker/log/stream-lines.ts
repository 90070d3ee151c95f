/** The lines of one stream (stdout or stderr) of a container, with a position from which reading can go on. */
import { LineFramer } from '../../../logs/line-framer.ts';
import type { ValueMap } from '../../../model/value.ts';
import { compare, type Instant, instantFromText, instantText, type Position } from './position.ts';

const lineEnd = Buffer.from('\n');

/**
 * Takes a stream's records in order. Within one stream the engine's times do not go back, so a position is an instant
 * and a number of records at it; what lies before it is dropped by its place, never by its content.
 *
 * Docker cuts a line every 16 KiB and gives all pieces the time of the first (moby/moby daemon/logger/copier.go). A
 * position is therefore kept behind the last *whole* line, with the number of lines that came since: a long line, or
 * one of carriage returns, is read again from its beginning after a restart, and the lines known already are dropped.
 */
export class StreamLines {
  readonly #framer = new LineFramer();
  /** Everything up to here was read before; dropped. */
  readonly #resumed: Position | undefined;
  #linesToDrop: number;
  #current: Position | undefined;
  #safe: Position | undefined;
  /** Lines given since the safe position. */
  #linesSince = 0;
  /** Time of the first record behind the safe position. */
  #openSince: Instant | undefined;

  /** @param cursor what `cursor()` gave */
  constructor(cursor?: ValueMap) {
    const at = instantFromText(cursor?.at);
    this.#resumed = at && { at, taken: Number(cursor?.taken) };
    this.#current = at && { at, taken: 0 };
    this.#safe = this.#resumed;
    this.#linesToDrop = Number(cursor?.lines ?? 0);
    this.#openSince = instantFromText(cursor?.open);
  }

  /**
   * The new lines that a record completes.
   * @param endsLine the record is the end of a line, whether or not it ends with `\n`
   */
  push(at: Instant, content: Uint8Array, endsLine: boolean): string[] {
    if (this.#resumed && compare(at, this.#resumed.at) < 0) return [];
    const same = this.#current !== undefined && compare(at, this.#current.at) === 0;
    const taken = same ? (this.#current?.taken ?? 0) + 1 : 1;
    this.#current = { at, taken };
    if (this.#resumed && taken <= this.#resumed.taken && compare(at, this.#resumed.at) === 0) return [];
    this.#openSince ??= at;
    const framed = this.#framer.push(content);
    if (endsLine && content[content.length - 1] !== 0x0a) framed.push(...this.#framer.push(lineEnd));
    const lines = this.#new(framed);
    if (endsLine) {
      this.#safe = this.#current;
      this.#linesSince = 0;
      this.#linesToDrop = 0;
      this.#openSince = undefined;
    }
    return lines;
  }

  /** The last line, when it has no end. */
  end(): string[] {
    return this.#new(this.#framer.end());
  }

  /** The time of the latest record. */
  get latest(): Instant | undefined {
    return this.#current?.at;
  }

  /** The earliest record that must be read again; undefined when none has to. */
  get needed(): Instant | undefined {
    return this.#openSince;
  }

  /** The time of the safe position. */
  get safe(): Instant | undefined {
    return this.#safe?.at;
  }

  cursor(): ValueMap {
    const position = this.#safe && { at: instantText(this.#safe.at), taken: this.#safe.taken };
    return {
      ...position,
      // Those that are still to be dropped were given by an earlier reading.
      lines: this.#linesSince + this.#linesToDrop,
      ...(this.#openSince && { open: instantText(this.#openSince) }),
    };
  }

  #new(lines: string[]): string[] {
    this.#linesSince += lines.length;
    const dropped = Math.min(this.#linesToDrop, lines.length);
    this.#linesToDrop -= dropped;
    return dropped === 0 ? lines : lines.slice(dropped);
  }
}
