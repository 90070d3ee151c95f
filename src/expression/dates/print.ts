/** A moment as text, by a pattern's elements. */
import { ChronoField, IsoFields, type TemporalField, type ZonedDateTime, ZoneOffset } from '@js-joda/core';
import { names, quarterName, type TextStyle, weekRule, zoneName } from './locale-text.ts';
import type { Element, NamedField, NumberField, OffsetForm } from './pattern.ts';
import { daysIntoWeek, weekOf, weekOfMonth } from './weeks.ts';

interface View {
  readonly moment: ZonedDateTime;
  readonly locale: string;
}

/**
 * The moment in its own zone, written as the elements say.
 * @throws Error when a number does not fit its width (a year of 5 digits in `yy`).
 */
export function printMoment(elements: readonly Element[], moment: ZonedDateTime, locale: string): string {
  return elements.map(element => print(element, { moment, locale })).join('');
}

function print(element: Element, view: View): string {
  switch (element.kind) {
    case 'literal':
      return element.text;
    case 'number':
      return printNumber(numberOf(element.field, view), element);
    case 'two-digit-year':
      return twoDigits(Math.abs(numberOf(element.field, view)) % 100);
    case 'name':
      return printName(element.field, element.style, element.standalone, view);
    case 'fraction':
      return printFraction(view.moment.nano(), element);
    case 'offset':
      return printOffset(view.moment.offset().totalSeconds(), element.form, element.zero);
    case 'gmt-offset':
      return localGmt(gmtOffset(view.moment.offset().totalSeconds(), element.style), view.locale);
    case 'zone-id':
      return view.moment.zone().id();
    case 'zone-name':
      return zoneName(view.moment, element.style, view.locale);
    case 'optional':
      return printOptional(element.elements, view);
    case 'padded':
      return printPadded(print(element.element, view), element.width);
  }
}

/** A section that asks for a region is left out where the zone is a bare offset; a moment has all else. */
function printOptional(elements: readonly Element[], view: View): string {
  const impossible = elements.some(
    element => element.kind === 'zone-id' && element.regionOnly && view.moment.zone() instanceof ZoneOffset,
  );
  return impossible ? '' : elements.map(element => print(element, view)).join('');
}

function printPadded(text: string, width: number): string {
  if (text.length > width)
    throw new Error(`Cannot print as output of ${text.length} characters exceeds pad width of ${width}`);
  return text.padStart(width);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** The fields that java.time has whatever the country; the others are counted by its weeks. */
const fields: Readonly<Partial<Record<NumberField, TemporalField>>> = {
  year: ChronoField.YEAR,
  yearOfEra: ChronoField.YEAR_OF_ERA,
  isoWeekYear: IsoFields.WEEK_BASED_YEAR,
  month: ChronoField.MONTH_OF_YEAR,
  day: ChronoField.DAY_OF_MONTH,
  dayOfYear: ChronoField.DAY_OF_YEAR,
  quarter: IsoFields.QUARTER_OF_YEAR,
  isoWeek: IsoFields.WEEK_OF_WEEK_BASED_YEAR,
  isoDayOfWeek: ChronoField.DAY_OF_WEEK,
  weekInMonth: ChronoField.ALIGNED_WEEK_OF_MONTH,
  hour: ChronoField.HOUR_OF_DAY,
  clockHour: ChronoField.CLOCK_HOUR_OF_DAY,
  hourOfHalf: ChronoField.HOUR_OF_AMPM,
  clockHourOfHalf: ChronoField.CLOCK_HOUR_OF_AMPM,
  minute: ChronoField.MINUTE_OF_HOUR,
  second: ChronoField.SECOND_OF_MINUTE,
  milliOfDay: ChronoField.MILLI_OF_DAY,
  nano: ChronoField.NANO_OF_SECOND,
  nanoOfDay: ChronoField.NANO_OF_DAY,
};

function numberOf(field: NumberField, { moment, locale }: View): number {
  const known = fields[field];
  if (known) return moment.getLong(known);
  const date = moment.toLocalDate();
  switch (field) {
    case 'weekYear':
      return weekOf(date, weekRule(locale)).weekYear;
    case 'week':
      return weekOf(date, weekRule(locale)).week;
    case 'weekOfMonth':
      return weekOfMonth(date, weekRule(locale));
    case 'localDayOfWeek':
      return daysIntoWeek(date, weekRule(locale)) + 1;
    case 'modifiedJulianDay':
      return date.toEpochDay() + 40_587;
    default:
      throw new Error(`no number is known for the field ${field}`);
  }
}

function printNumber(value: number, { min, max, sign }: Extract<Element, { kind: 'number' }>): string {
  const digits = String(Math.abs(value));
  if (digits.length > max) throw new Error(`The value ${value} cannot be printed: it has more than ${max} digits`);
  const plus = sign === 'exceeds-pad' && value >= 0 && digits.length > min ? '+' : '';
  return `${value < 0 ? '-' : plus}${digits.padStart(min, '0')}`;
}

function printName(field: NamedField, style: TextStyle, standalone: boolean, view: View): string {
  const { moment, locale } = view;
  if (field === 'quarter') return quarterName(moment.get(IsoFields.QUARTER_OF_YEAR), style);
  const list = names(field, style, locale, standalone);
  const index = {
    month: moment.monthValue() - 1,
    weekday: moment.dayOfWeek().value() - 1,
    dayPeriod: moment.get(ChronoField.AMPM_OF_DAY),
    era: moment.get(ChronoField.ERA),
  };
  return list[index[field]] ?? '';
}

function printFraction(nano: number, { min, max, point }: Extract<Element, { kind: 'fraction' }>): string {
  const all = String(nano).padStart(9, '0').slice(0, max);
  const digits = all.slice(0, Math.max(min, all.replace(/0+$/, '').length));
  return digits !== '' && point ? `.${digits}` : digits;
}

function printOffset(offset: number, form: OffsetForm, zero: string): string {
  if (offset === 0) return zero;
  const size = Math.abs(offset);
  const minutes = twoDigits(Math.floor((size % 3600) / 60));
  const seconds = twoDigits(size % 60);
  const colon = form.includes(':') ? ':' : '';
  let text = `${offset < 0 ? '-' : '+'}${twoDigits(Math.floor(size / 3600))}`;
  if (form !== '+HHmm' || minutes !== '00') text += colon + minutes;
  if (form.endsWith('ss') && seconds !== '00') text += colon + seconds;
  return text;
}

/** French says UTC, and no other language that Java 21 was asked in. */
function localGmt(text: string, locale: string): string {
  return /^fr\b/.test(locale) ? text.replace('GMT', 'UTC') : text;
}

/** `GMT+2`, `GMT+02:00`, `GMT`. */
function gmtOffset(offset: number, style: 'short' | 'full'): string {
  if (offset === 0) return 'GMT';
  const size = Math.abs(offset);
  const hours = Math.floor(size / 3600);
  const minutes = Math.floor((size % 3600) / 60);
  const seconds = size % 60 === 0 ? '' : `:${twoDigits(size % 60)}`;
  const sign = offset < 0 ? '-' : '+';
  if (style === 'full') return `GMT${sign}${twoDigits(hours)}:${twoDigits(minutes)}${seconds}`;
  return `GMT${sign}${hours}${minutes === 0 && seconds === '' ? '' : `:${twoDigits(minutes)}${seconds}`}`;
}
