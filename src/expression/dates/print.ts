/** A moment as text, by a pattern's elements. */
import { dayOfWeek, dayOfYear, epochDayOf, isoWeeks, type LocalDateTime, weekOf } from './calendar.ts';
import { names, quarterName, type TextStyle, weekRule, zoneName } from './locale-text.ts';
import type { Element, NamedField, NumberField, OffsetForm } from './pattern.ts';
import { localOf, type Moment, offsetAt } from './zone.ts';

interface View {
  readonly moment: Moment;
  readonly local: LocalDateTime;
  readonly epochDay: number;
  readonly locale: string;
}

/**
 * The moment in its own zone, written as the elements say.
 * @throws Error when a number does not fit its width (a year of 5 digits in `yy`).
 */
export function printMoment(elements: readonly Element[], moment: Moment, locale: string): string {
  const local = localOf(moment);
  const view: View = { moment, local, epochDay: epochDayOf(local.year, local.month, local.day), locale };
  return elements.map(element => print(element, view)).join('');
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
      return printFraction(view.local.nano, element);
    case 'offset':
      return printOffset(offsetAt(view.moment.zone, view.moment.epochSecond), element.form, element.zero);
    case 'gmt-offset':
      return gmtOffset(offsetAt(view.moment.zone, view.moment.epochSecond), element.style);
    case 'zone-id':
      return view.moment.zone.id;
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
    element => element.kind === 'zone-id' && element.regionOnly && view.moment.zone.kind === 'offset',
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

function numberOf(field: NumberField, { local, epochDay, locale }: View): number {
  const secondOfDay = local.hour * 3600 + local.minute * 60 + local.second;
  switch (field) {
    case 'year':
    case 'month':
    case 'day':
    case 'hour':
    case 'minute':
    case 'second':
    case 'nano':
      return local[field];
    case 'yearOfEra':
      return local.year > 0 ? local.year : 1 - local.year;
    case 'weekYear':
      return weekOf(epochDay, weekRule(locale)).weekYear;
    case 'isoWeekYear':
      return weekOf(epochDay, isoWeeks).weekYear;
    case 'week':
      return weekOf(epochDay, weekRule(locale)).week;
    case 'isoWeek':
      return weekOf(epochDay, isoWeeks).week;
    case 'weekOfMonth':
      return weekOfMonth(local, epochDay, locale);
    case 'isoDayOfWeek':
      return dayOfWeek(epochDay);
    case 'localDayOfWeek':
      return weekOf(epochDay, weekRule(locale)).day;
    case 'weekInMonth':
      return Math.floor((local.day - 1) / 7) + 1;
    case 'dayOfYear':
      return dayOfYear(local.year, local.month, local.day);
    case 'quarter':
      return Math.floor((local.month + 2) / 3);
    case 'clockHour':
      return local.hour === 0 ? 24 : local.hour;
    case 'hourOfHalf':
      return local.hour % 12;
    case 'clockHourOfHalf':
      return local.hour % 12 === 0 ? 12 : local.hour % 12;
    case 'milliOfDay':
      return secondOfDay * 1000 + Math.floor(local.nano / 1e6);
    case 'nanoOfDay':
      return secondOfDay * 1e9 + local.nano;
    case 'modifiedJulianDay':
      return epochDay + 40_587;
  }
}

/** Days before the first full week of the month are week 0. */
function weekOfMonth(local: LocalDateTime, epochDay: number, locale: string): number {
  const rule = weekRule(locale);
  const firstOfMonth = epochDay - local.day + 1;
  const daysIntoWeek = (dayOfWeek(firstOfMonth) - rule.firstDay + 7) % 7;
  const whole = Math.floor((local.day - 1 + daysIntoWeek) / 7);
  return 7 - daysIntoWeek >= rule.minimalDays ? whole + 1 : whole;
}

function printNumber(value: number, { min, max, sign }: Extract<Element, { kind: 'number' }>): string {
  const digits = String(Math.abs(value));
  if (digits.length > max) throw new Error(`The value ${value} cannot be printed: it has more than ${max} digits`);
  const plus = sign === 'exceeds-pad' && value >= 0 && digits.length > min ? '+' : '';
  return `${value < 0 ? '-' : plus}${digits.padStart(min, '0')}`;
}

function printName(field: NamedField, style: TextStyle, standalone: boolean, view: View): string {
  const { local, epochDay, locale } = view;
  if (field === 'quarter') return quarterName(Math.floor((local.month + 2) / 3), style);
  const list = names(field, style, locale, standalone);
  const index = {
    month: local.month - 1,
    weekday: dayOfWeek(epochDay) - 1,
    dayPeriod: local.hour < 12 ? 0 : 1,
    era: local.year > 0 ? 1 : 0,
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
