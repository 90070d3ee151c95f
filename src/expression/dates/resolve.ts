/** Fields that were read from a text, to the moment they mean: Java's smart resolving. */
import {
  ChronoField,
  LocalDate,
  LocalDateTime,
  LocalTime,
  YearMonth,
  ZonedDateTime,
  type ZoneId,
  ZoneOffset,
} from '@js-joda/core';
import { weekRule } from './locale-text.ts';
import type { Fields } from './read.ts';
import { firstWeekStart } from './weeks.ts';

type Numbers = Fields['numbers'];

/**
 * The moment of the fields. Without an offset or a zone it is in `zone`; without a time it is the start of the day
 * there, whatever its offset.
 * @param isStrict no day behind the end of its month, and no 24:00
 * @throws Error when a field is out of its range or contradicts another, or there is no date.
 */
export function resolveMoment(fields: Fields, zone: ZoneId, isStrict: boolean): ZonedDateTime {
  const { numbers, offset, zone: named } = fields;
  const date = resolveDate(numbers, isStrict);
  if (!date) throw new Error('it has no date');
  checkWeekday(date, numbers.get('weekday'));
  const { time, days } = resolveTime(numbers, isStrict) ?? {};
  if (time === undefined || days === undefined) return ZonedDateTime.of(date.atStartOfDay(), zone);
  const local = LocalDateTime.of(date.plusDays(days), time);
  if (offset === undefined) return ZonedDateTime.of(local, named ?? zone);
  const written = ZoneOffset.ofTotalSeconds(offset);
  // The offset stays, for months and years are added to the date as it was written.
  return named ? ZonedDateTime.ofInstant(local, written, named) : ZonedDateTime.of(local, written);
}

function checkWeekday(date: LocalDate, weekday: number | undefined): void {
  const actual = date.dayOfWeek().value();
  if (weekday === undefined || weekday === actual) return;
  throw new Error(`Conflict found: Field DayOfWeek ${actual} differs from DayOfWeek ${weekday}`);
}

function resolveDate(numbers: Numbers, isStrict: boolean): LocalDate | undefined {
  const modifiedJulianDay = numbers.get('modifiedJulianDay');
  if (modifiedJulianDay !== undefined) return LocalDate.ofEpochDay(modifiedJulianDay - 40_587);
  const year = resolveYear(numbers);
  const month = numbers.get('month');
  const day = numbers.get('day');
  if (year !== undefined && month !== undefined && day !== undefined) {
    valid('DAY_OF_MONTH', day);
    return LocalDate.of(year, month, isStrict ? day : Math.min(day, YearMonth.of(year, month).lengthOfMonth()));
  }
  const dayOfYear = numbers.get('dayOfYear');
  if (year !== undefined && dayOfYear !== undefined) return LocalDate.ofYearDay(year, dayOfYear);
  return resolveWeekDate(numbers);
}

function resolveYear(numbers: Numbers): number | undefined {
  const ofEra = numbers.get('yearOfEra');
  if (ofEra === undefined) return numbers.get('year');
  valid('YEAR_OF_ERA', ofEra);
  return numbers.get('era') === 0 ? 1 - ofEra : ofEra;
}

const isoWeeks = { firstDay: 1, minimalDays: 4 };

function resolveWeekDate(numbers: Numbers): LocalDate | undefined {
  const isoYear = numbers.get('isoWeekYear');
  const rule = isoYear === undefined ? weekRule('en-US') : isoWeeks;
  const weekYear = isoYear ?? numbers.get('weekYear');
  const week = numbers.get('isoWeek') ?? numbers.get('week');
  const weekday = numbers.get('isoDayOfWeek') ?? numbers.get('weekday');
  const localDay = numbers.get('localDayOfWeek');
  const day = weekday === undefined ? localDay : ((valid('DAY_OF_WEEK', weekday) - rule.firstDay + 7) % 7) + 1;
  if (weekYear === undefined || week === undefined || day === undefined) return undefined;
  if (week < 1 || week > 53) throw new Error(`Invalid value for WeekOfWeekBasedYear (valid values 1 - 53): ${week}`);
  return firstWeekStart(weekYear, rule).plusDays((week - 1) * 7 + valid('DAY_OF_WEEK', day) - 1);
}

/** 24:00 is the start of the next day. Undefined where there is no time. */
function resolveTime(
  numbers: Numbers,
  isStrict: boolean,
): { readonly time: LocalTime; readonly days: 0 | 1 } | undefined {
  const nanoOfDay = numbers.get('nanoOfDay');
  if (nanoOfDay !== undefined) return { time: LocalTime.ofNanoOfDay(nanoOfDay), days: 0 };
  const milliOfDay = numbers.get('milliOfDay');
  if (milliOfDay !== undefined) return { time: LocalTime.ofNanoOfDay(milliOfDay * 1e6), days: 0 };
  const hour = resolveHour(numbers);
  if (hour === undefined) return undefined;
  const rest = [numbers.get('minute') ?? 0, numbers.get('second') ?? 0, numbers.get('nano') ?? 0] as const;
  if (hour === 24 && !isStrict && rest.every(part => part === 0)) return { time: LocalTime.MIDNIGHT, days: 1 };
  return { time: LocalTime.of(hour, ...rest), days: 0 };
}

function resolveHour(numbers: Numbers): number | undefined {
  const hour = numbers.get('hour');
  if (hour !== undefined) return hour;
  const clockHour = numbers.get('clockHour');
  if (clockHour !== undefined) return valid('CLOCK_HOUR_OF_DAY', clockHour) % 24;
  const half = numbers.get('dayPeriod');
  if (half === undefined) return undefined;
  const hourOfHalf = numbers.get('hourOfHalf');
  if (hourOfHalf !== undefined) return valid('HOUR_OF_AMPM', hourOfHalf) + half * 12;
  const clockHourOfHalf = numbers.get('clockHourOfHalf');
  if (clockHourOfHalf === undefined) return undefined;
  return (valid('CLOCK_HOUR_OF_AMPM', clockHourOfHalf) % 12) + half * 12;
}

/** @throws DateTimeException in Java's words when the value is out of the field's range. */
function valid(
  field: 'YEAR_OF_ERA' | 'DAY_OF_MONTH' | 'DAY_OF_WEEK' | 'CLOCK_HOUR_OF_DAY' | 'HOUR_OF_AMPM' | 'CLOCK_HOUR_OF_AMPM',
  value: number,
): number {
  return ChronoField[field].checkValidValue(value);
}
