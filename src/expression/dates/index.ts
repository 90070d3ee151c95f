/**
 * The dates of Kestra's filters `date`, `dateAdd`, `timestamp*` and of `now()`: Java's patterns and rules. Calendar,
 * zones and arithmetic are js-joda's, the port of java.time; what it lacks (names in any language, weeks by country,
 * localised styles, patterns with those) is beside it here. See docs/dev/decisions/0004.
 */
import { convert, Instant, ZonedDateTime, type ZoneId } from '@js-joda/core';
import { isNumeric, numericKind, Real, type Value } from '../../model/value.ts';
import { kindOf } from '../java-values.ts';
import { addUnits } from './add.ts';
import { localeTag } from './locale-text.ts';
import { isStyle, printStyle } from './localized-style.ts';
import { formatElements, isoForms } from './named-format.ts';
import { parsePattern } from './pattern.ts';
import { printMoment } from './print.ts';
import { readFields } from './read.ts';
import { resolveMoment } from './resolve.ts';
import { systemZone, zoneOf } from './zone.ts';

/**
 * `format` and `existingFormat`: a name such as `iso_sec` or a Java pattern. `timeZone`: as Java's `ZoneId.of`; the
 * machine's by default. `locale`: `fr`, `en_US`; American English by default, which is what is read in.
 */
export interface DateOptions {
  readonly format?: string;
  readonly timeZone?: string;
  readonly existingFormat?: string;
  readonly locale?: string;
}

/**
 * A date as text; the format is `iso` by default.
 * @throws Error with a message for the user.
 */
export function formatDate(input: Value, options: DateOptions): string {
  return print(momentFrom(input, options), options);
}

/**
 * The date `amount` units later, as text. `unit` is a constant of Java's ChronoUnit: `DAYS`, `HOURS`, `MONTHS`.
 * @throws Error with a message for the user.
 */
export function addToDate(input: Value, amount: Value, unit: string, options: DateOptions): string {
  return print(addUnits(momentFrom(input, options), wholeNumber(amount), unit), options);
}

/** Seconds since 1970, rounded down. */
export function epochSeconds(input: Value, options: DateOptions): bigint {
  return BigInt(momentFrom(input, options).toEpochSecond());
}

/** Milliseconds since 1970, rounded down. */
export function epochMillis(input: Value, options: DateOptions): bigint {
  return BigInt(convert(momentFrom(input, options)).toEpochMilli());
}

/** What Kestra's `timestampMicro` gives: seconds times 1e9 plus microseconds. The magnitude is wrong, and is matched. */
export function epochMicroText(input: Value, options: DateOptions): string {
  const moment = momentFrom(input, options);
  return String(BigInt(moment.toEpochSecond()) * 1_000_000_000n + BigInt(Math.floor(moment.nano() / 1000)));
}

/** Nanoseconds since 1970. */
export function epochNanoText(input: Value, options: DateOptions): string {
  const moment = momentFrom(input, options);
  return String(BigInt(moment.toEpochSecond()) * 1_000_000_000n + BigInt(moment.nano()));
}

/** The time as text; the format is `iso` by default. `nowMs` is milliseconds since 1970. */
export function nowText(nowMs: number, options: DateOptions): string {
  return print(momentOfNanos(BigInt(Math.floor(nowMs * 1000)) * 1000n, zoneFrom(options)), options);
}

function zoneFrom(options: DateOptions): ZoneId {
  return options.timeZone === undefined ? systemZone() : zoneOf(options.timeZone);
}

function print(moment: ZonedDateTime, options: DateOptions): string {
  const format = options.format ?? 'iso';
  const locale = localeTag(options.locale);
  const target = moment.withZoneSameInstant(zoneFrom(options));
  if (isStyle(format)) return printStyle(format, target, locale);
  if (format === 'iso_instant') return printInstant(target);
  // The RFC's names are English in every language.
  return printMoment(formatElements(format), target, format === 'rfc_1123_date_time' ? 'en-US' : locale);
}

/** Java's ISO_INSTANT: UTC, with no, three, six or nine digits of the second as needed. */
function printInstant(moment: ZonedDateTime): string {
  const nano = moment.nano();
  const digits = nano === 0 ? 0 : nano % 1e6 === 0 ? 3 : nano % 1000 === 0 ? 6 : 9;
  const fraction = digits === 0 ? '' : `.${'S'.repeat(digits)}`;
  return printMoment(
    parsePattern(`uuuu-MM-dd'T'HH:mm:ss${fraction}'Z'`),
    moment.withZoneSameInstant(zoneOf('Z')),
    'en-US',
  );
}

function momentFrom(input: Value, options: DateOptions): ZonedDateTime {
  const zone = zoneFrom(options);
  if (typeof input === 'string') return momentFromText(input, zone, options);
  if (isNumeric(input)) return momentFromNumber(input, zone);
  throw new Error(`a date is a text or a number of seconds, not ${input === null ? 'null' : `a ${kindOf(input)}`}`);
}

/** Kestra tells the unit by the number of digits: 13 are milliseconds, 16 microseconds, 19 nanoseconds, else seconds. */
function momentFromNumber(input: number | bigint | Real, zone: ZoneId): ZonedDateTime {
  const kind = numericKind(input);
  if (kind !== 'integer' && kind !== 'long')
    throw new Error(`a date as a number is a whole number of seconds, not ${input}`);
  const whole = BigInt(input instanceof Real ? input.value : input);
  const digits = String(whole < 0n ? -whole : whole).length;
  const nanosOfUnit = new Map([
    [13, 1_000_000n],
    [16, 1_000n],
    [19, 1n],
  ]);
  return momentOfNanos(whole * (nanosOfUnit.get(digits) ?? 1_000_000_000n), zone);
}

function momentOfNanos(nanos: bigint, zone: ZoneId): ZonedDateTime {
  const nano = ((nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const epochSecond = Number((nanos - nano) / 1_000_000_000n);
  if (Math.abs(epochSecond) > 8.64e12)
    throw new Error(`${nanos / 1_000_000_000n} seconds lead beyond the range of dates`);
  return ZonedDateTime.ofInstant(Instant.ofEpochSecond(epochSecond, Number(nano)), zone);
}

function momentFromText(text: string, zone: ZoneId, options: DateOptions): ZonedDateTime {
  const { existingFormat } = options;
  if (existingFormat !== undefined && isStyle(existingFormat)) {
    throw new Error(`existingFormat '${existingFormat}' is for writing only; write a pattern such as dd/MM/yyyy`);
  }
  const forms = existingFormat === undefined ? isoForms : [formatElements(existingFormat)];
  // Java's own ISO formats know no 30th of February; in patterns it is the last day of the month.
  const isStrict = existingFormat === undefined || /^iso_(?!sec$|milli$)/.test(existingFormat);
  let furthest = { index: -1, rest: false };
  for (const form of forms) {
    // In English whatever the locale, which is the one to write in: so does Kestra.
    const found = readFields(form, text);
    if ('fields' in found) return resolved(text, () => resolveMoment(found.fields, zone, isStrict));
    if (found.index >= furthest.index) furthest = found;
  }
  const where = furthest.rest ? ', unparsed text found' : '';
  const hint =
    existingFormat === undefined ? '; for another form than ISO 8601 give its pattern as existingFormat' : '';
  throw new Error(`Text '${text}' could not be parsed${where} at index ${furthest.index}${hint}`);
}

function resolved(text: string, resolve: () => ZonedDateTime): ZonedDateTime {
  try {
    return resolve();
  } catch (error) {
    throw new Error(`Text '${text}' could not be parsed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function wholeNumber(amount: Value): number {
  if (isNumeric(amount)) {
    const value = Math.trunc(amount instanceof Real ? amount.value : Number(amount));
    if (Number.isSafeInteger(value)) return value;
  }
  if (typeof amount === 'string' && /^[-+]?\d{1,15}$/.test(amount)) return Number(amount);
  throw new Error(
    `the amount to add to a date is a whole number, not ${amount === null ? 'null' : `a ${kindOf(amount)}`}`,
  );
}
