/** Where a record stands in a stream's log: its time, and how many records of the stream at that time come before. */

/** Compared as numbers; nanoseconds since the epoch do not fit into one. */
export interface Instant {
  readonly seconds: number;
  readonly nanos: number;
}

/** Behind the `taken`-th record of one instant. */
export interface Position {
  readonly at: Instant;
  readonly taken: number;
}

/** Less than zero, zero or more than zero. */
export function compare(a: Instant, b: Instant): number {
  return a.seconds - b.seconds || a.nanos - b.nanos;
}

/** The later of two; undefined when there is neither. */
export function later(a: Instant | undefined, b: Instant | undefined): Instant | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compare(a, b) >= 0 ? a : b;
}

/** As the engine's `since` parameter takes it. */
export function instantText(instant: Instant): string {
  return `${instant.seconds}.${String(instant.nanos).padStart(9, '0')}`;
}

/**
 * A `since` that leaves out no record of the instant. Podman gives what is *later* (libpod/logs, `Since`), Docker what
 * is not earlier, so a nanosecond is taken off. Podman reads seconds as a floating-point number, which is 200 ns too
 * coarse; Docker reads nothing but seconds.
 */
export function sinceText({ seconds, nanos }: Instant, podman: boolean): string {
  const before = nanos > 0 ? { seconds, nanos: nanos - 1 } : { seconds: seconds - 1, nanos: 999_999_999 };
  const text = instantText(before);
  if (!podman) return text;
  return `${new Date(before.seconds * 1000).toISOString().slice(0, 19)}${text.slice(text.indexOf('.'))}Z`;
}

/** The inverse of `instantText`; undefined for anything else. */
export function instantFromText(text: unknown): Instant | undefined {
  const [, seconds, nanos] = (typeof text === 'string' && /^(\d+)\.(\d{9})$/.exec(text)) || [];
  return seconds === undefined ? undefined : { seconds: Number(seconds), nanos: Number(nanos) };
}

/** Reads the times at the head of records; neighbours share their second, whose parsing costs the most. */
export class RecordClock {
  #text = '';
  #seconds = 0;

  /**
   * The time of a record such as `2026-11-20T21:56:04.032045533Z text` (RFC 3339, any number of decimals, any offset)
   * and where its content begins.
   * @throws Error when it has none
   */
  read(record: Buffer): { readonly at: Instant; readonly contentStart: number } {
    const space = record.subarray(0, 64).indexOf(0x20);
    const time = record.toString('latin1', 0, Math.max(0, space));
    const [, second, fraction = '', zone] =
      /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(time) ?? [];
    if (second === undefined) throw new Error(`the engine sent a log record without a time: ${JSON.stringify(time)}`);
    const text = `${second}${zone}`;
    if (text !== this.#text) {
      this.#text = text;
      this.#seconds = Date.parse(text) / 1000;
    }
    return { at: { seconds: this.#seconds, nanos: Number(fraction.padEnd(9, '0')) }, contentStart: space + 1 };
  }
}
