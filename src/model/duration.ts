/** Durations as flows write them: ISO 8601 texts on the outside, milliseconds inside. No library: start-up needs it. */
import { UserError } from './user-error.ts';

/** A text that is no ISO 8601 duration. The message says what to write instead. */
export class DurationError extends UserError {
  override readonly name = 'DurationError';
}

// The grammar of java.time.Duration.parse, with weeks added (Kestra's triggers write P1W): no months or years, whose
// length depends on the calendar, and a fraction in the seconds only.
const shape =
  /^([+-]?)P(?:([+-]?\d+)W)?(?:([+-]?\d+)D)?(T(?:([+-]?\d+)H)?(?:([+-]?\d+)M)?(?:([+-]?)(\d+)(?:[.,](\d{0,9}))?S)?)?$/i;

/**
 * Milliseconds of an ISO 8601 duration such as `PT1.5S`, `P1DT2H` or `-PT10S`; letters in either case. Fractions of a
 * millisecond are kept as far as a number holds them.
 * @throws DurationError
 */
export function parseIsoDuration(text: string): number {
  const match = shape.exec(text.trim());
  if (!match) throw new DurationError(explain(text));
  const [, sign, weeks, days, time, hours, minutes, secondSign, seconds, fraction] = match;
  const empty = [weeks, days, hours, minutes, seconds].every(part => part === undefined);
  if (empty || (time !== undefined && time.length === 1)) throw new DurationError(explain(text));
  const wholeSeconds = Number(seconds ?? 0) * 1000 + Number(`0.${fraction || '0'}`) * 1000;
  const total =
    Number(weeks ?? 0) * 604_800_000 +
    Number(days ?? 0) * 86_400_000 +
    Number(hours ?? 0) * 3_600_000 +
    Number(minutes ?? 0) * 60_000 +
    (secondSign === '-' ? -wholeSeconds : wholeSeconds);
  if (!Number.isSafeInteger(Math.trunc(total))) {
    throw new DurationError(`${text} is too long a duration: at most 285,000 years`);
  }
  return sign === '-' ? 0 - total : total + 0;
}

/**
 * Milliseconds of a duration in a flow: ISO 8601, or a number of seconds such as `1.5`, which Kestra takes as well. The
 * latter is what an expression with an input of type DURATION gives.
 * @throws DurationError
 */
export function parseDuration(text: string): number {
  return /^\s*\d{1,12}(?:\.\d+)?\s*$/.test(text) ? Number(text) * 1000 : parseIsoDuration(text);
}

/** Spells milliseconds as Java's `Duration.toString` does: `PT1.234S`, `PT26H0.5S`, `PT-1.5S`, `PT0S`. */
export function formatDuration(ms: number): string {
  const nanos = Math.round((ms % 1000) * 1e6);
  const totalSeconds = Math.trunc(ms / 1000) + Math.trunc(nanos / 1e9);
  const restNanos = nanos % 1e9;
  const hours = Math.trunc(totalSeconds / 3600);
  const minutes = Math.trunc((totalSeconds % 3600) / 60);
  const seconds = totalSeconds % 60;
  let text = 'PT';
  if (hours !== 0) text += `${hours}H`;
  if (minutes !== 0) text += `${minutes}M`;
  if (seconds === 0 && restNanos === 0) return text === 'PT' ? 'PT0S' : text;
  const sign = seconds < 0 || restNanos < 0 ? '-' : '';
  const fraction = restNanos === 0 ? '' : `.${String(Math.abs(restNanos)).padStart(9, '0').replace(/0+$/, '')}`;
  return `${text}${sign}${Math.abs(seconds)}${fraction}S`;
}

const spokenUnits: readonly [RegExp, (count: string) => string][] = [
  [/^(\d+(?:\.\d+)?)$/, n => `PT${n}S`],
  [/^(\d+(?:\.\d+)?) ?(?:s|secs?|seconds?)$/i, n => `PT${n}S`],
  [/^(\d+) ?(?:ms|millis|milliseconds?)$/i, n => `PT${Number(n) / 1000}S`],
  [/^(\d+) ?(?:m|mins?|minutes?)$/i, n => `PT${n}M`],
  [/^(\d+) ?(?:h|hours?|hrs?)$/i, n => `PT${n}H`],
  [/^(\d+) ?(?:d|days?)$/i, n => `P${n}D`],
  [/^P(\d+)H$/i, n => `PT${n}H`],
  [/^P(\d+(?:\.\d+)?)S$/i, n => `PT${n}S`],
  [/^P(\d+)M$/i, n => `PT${n}M (minutes) or P${Number(n) * 30}D (days: months have no fixed length)`],
];

function explain(text: string): string {
  const shown = text === '' ? 'an empty text' : text;
  for (const [pattern, write] of spokenUnits) {
    const count = pattern.exec(text.trim())?.[1];
    if (count !== undefined) return `${shown} is not an ISO 8601 duration; write ${write(count)}`;
  }
  return `${shown} is not an ISO 8601 duration; write one like PT10S, PT5M, PT1H30M or P1D`;
}
