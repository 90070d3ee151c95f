/** The format names of Kestra's date filters, and Java's ready-made formatters behind them, as elements. */
import { type Element, type NumberField, parsePattern, type SignStyle } from './pattern.ts';

const number = (field: NumberField, min: number, max = min, sign: SignStyle = 'never'): Element => ({
  kind: 'number',
  field,
  min,
  max,
  sign,
});
const literal = (text: string): Element => ({ kind: 'literal', text });
const optional = (...elements: Element[]): Element => ({ kind: 'optional', elements });

const year = number('year', 4, 10, 'exceeds-pad');
const offsetId: Element = { kind: 'offset', form: '+HH:MM:ss', zero: 'Z' };
const region = optional(literal('['), { kind: 'zone-id', regionOnly: true }, literal(']'));
const date = [year, literal('-'), number('month', 2), literal('-'), number('day', 2)];
const time = [
  number('hour', 2),
  literal(':'),
  number('minute', 2),
  optional(literal(':'), number('second', 2), optional({ kind: 'fraction', min: 0, max: 9, point: true })),
];
const dateTime = [...date, literal('T'), ...time];

/** Read when no `existingFormat` is given, in this order, as Kestra does. */
export const isoForms: readonly (readonly Element[])[] = [[...dateTime, offsetId, region], dateTime, date];

// Literals in patterns are cheap to parse, but most runs need none of them.
const builders: Readonly<Record<string, () => readonly Element[]>> = {
  iso: () => parsePattern("yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX"),
  iso_milli: () => parsePattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX"),
  iso_sec: () => parsePattern("yyyy-MM-dd'T'HH:mm:ssXXX"),
  sql: () => parsePattern('yyyy-MM-dd HH:mm:ss.SSSSSS'),
  sql_milli: () => parsePattern('yyyy-MM-dd HH:mm:ss.SSS'),
  sql_sec: () => parsePattern('yyyy-MM-dd HH:mm:ss'),
  // Its name until Kestra 0.20.
  sql_seq: () => parsePattern('yyyy-MM-dd HH:mm:ss'),
  iso_date_time: () => [...dateTime, optional(offsetId, region)],
  iso_date: () => [...date, optional(offsetId)],
  iso_time: () => [...time, optional(offsetId)],
  iso_local_date: () => date,
  iso_local_date_time: () => dateTime,
  iso_local_time: () => time,
  iso_offset_time: () => [...time, offsetId],
  iso_zoned_date_time: () => [...dateTime, offsetId, region],
  iso_ordinal_date: () => [year, literal('-'), number('dayOfYear', 3), optional(offsetId)],
  iso_week_date: () => [
    number('isoWeekYear', 4, 10, 'exceeds-pad'),
    literal('-W'),
    number('isoWeek', 2),
    literal('-'),
    number('isoDayOfWeek', 1),
    optional(offsetId),
  ],
  rfc_1123_date_time: () => [
    optional({ kind: 'name', field: 'weekday', style: 'short', standalone: false }, literal(', ')),
    number('day', 1, 2),
    literal(' '),
    { kind: 'name', field: 'month', style: 'short', standalone: false },
    literal(' '),
    number('year', 4),
    literal(' '),
    ...time.slice(0, 3),
    optional(literal(':'), number('second', 2)),
    literal(' '),
    { kind: 'offset', form: '+HHMM', zero: 'GMT' },
  ],
  // Reading only: printing an instant chooses its digits, see `printInstant`.
  iso_instant: () => [...dateTime, offsetId],
};

const parsed = new Map<string, readonly Element[]>();

/**
 * The elements of a format: one of Kestra's names, or a Java pattern.
 * @throws Error for a pattern that is none.
 */
export function formatElements(format: string): readonly Element[] {
  const cached = parsed.get(format);
  if (cached) return cached;
  const elements = Object.hasOwn(builders, format) && builders[format] ? builders[format]() : parsePattern(format);
  if (parsed.size < 1000) parsed.set(format, elements);
  return elements;
}
