/** Fields that were read from a text, to the moment they mean: Java's smart resolving. */
import {
  daysInMonth,
  epochDayOf,
  firstWeekStart,
  isLeapYear,
  isoWeeks,
  localDateTimeOf,
  localSecondOf,
} from './calendar.ts';
import { weekRule } from './locale-text.ts';
import type { Fields } from './read.ts';
import { type Moment, momentOf, type Zone } from './zone.ts';

/**
 * The moment of the fields. Without an offset or a zone it is in `zone`; without a time it is the start of the day.
 * @throws Error when a field is out of its range, or there is no date.
 */
export function resolveMoment(fields: Fields, zone: Zone, locale: string): Moment {
  const epochDay = resolveDate(fields, locale);
  if (epochDay === undefined) throw new Error('it has no date');
  const time = resolveTime(fields) ?? { second: 0, nano: 0 };
  const localSecond = epochDay * 86_400 + time.second;
  const local = localDateTimeOf(localSecond, time.nano);
  if (fields.offset !== undefined) {
    return { epochSecond: localSecondOf(local) - fields.offset, nano: time.nano, zone: fields.zone ?? zone };
  }
  return momentOf(local, fields.zone ?? zone);
}

function check(name: string, value: number, from: number, to: number): number {
  if (value < from || value > to) throw new Error(`Invalid value for ${name} (valid values ${from} - ${to}): ${value}`);
  return value;
}

function resolveDate({ numbers }: Fields, locale: string): number | undefined {
  const modifiedJulianDay = numbers.get('modifiedJulianDay');
  if (modifiedJulianDay !== undefined) return modifiedJulianDay - 40_587;
  const year = resolveYear(numbers);
  const month = numbers.get('month');
  const day = numbers.get('day');
  if (year !== undefined && month !== undefined && day !== undefined) {
    check('MonthOfYear', month, 1, 12);
    check('DayOfMonth', day, 1, 31);
    return epochDayOf(year, month, Math.min(day, daysInMonth(year, month)));
  }
  const dayOfYear = numbers.get('dayOfYear');
  if (year !== undefined && dayOfYear !== undefined) {
    check('DayOfYear', dayOfYear, 1, 366);
    if (dayOfYear === 366 && !isLeapYear(year))
      throw new Error(`Invalid date 'DayOfYear 366' as '${year}' is not a leap year`);
    return epochDayOf(year, 1, 1) + dayOfYear - 1;
  }
  return resolveWeekDate(numbers, locale);
}

function resolveYear(numbers: Fields['numbers']): number | undefined {
  const ofEra = numbers.get('yearOfEra');
  if (ofEra === undefined) return numbers.get('year');
  check('YearOfEra', ofEra, 1, 999_999_999);
  return numbers.get('era') === 0 ? 1 - ofEra : ofEra;
}

function resolveWeekDate(numbers: Fields['numbers'], locale: string): number | undefined {
  const isoYear = numbers.get('isoWeekYear');
  const rule = isoYear === undefined ? weekRule(locale) : isoWeeks;
  const weekYear = isoYear ?? numbers.get('weekYear');
  const week = numbers.get('isoWeek') ?? numbers.get('week');
  const weekday = numbers.get('isoDayOfWeek') ?? numbers.get('weekday');
  const localDay = numbers.get('localDayOfWeek');
  const dayInWeek =
    weekday === undefined ? localDay : ((check('DayOfWeek', weekday, 1, 7) - rule.firstDay + 7) % 7) + 1;
  if (weekYear === undefined || week === undefined || dayInWeek === undefined) return undefined;
  check('WeekOfWeekBasedYear', week, 1, 53);
  return firstWeekStart(weekYear, rule) + (week - 1) * 7 + check('DayOfWeek', dayInWeek, 1, 7) - 1;
}

/** Second of the day (86,400 for 24:00, which is the next day) and nanosecond. */
function resolveTime({ numbers }: Fields): { second: number; nano: number } | undefined {
  const nanoOfDay = numbers.get('nanoOfDay');
  if (nanoOfDay !== undefined) return { second: Math.floor(nanoOfDay / 1e9), nano: nanoOfDay % 1e9 };
  const milliOfDay = numbers.get('milliOfDay');
  if (milliOfDay !== undefined) return { second: Math.floor(milliOfDay / 1000), nano: (milliOfDay % 1000) * 1e6 };
  const hour = resolveHour(numbers);
  if (hour === undefined) return undefined;
  const minute = check('MinuteOfHour', numbers.get('minute') ?? 0, 0, 59);
  const second = check('SecondOfMinute', numbers.get('second') ?? 0, 0, 59);
  const nano = numbers.get('nano') ?? 0;
  if (hour === 24 && minute === 0 && second === 0 && nano === 0) return { second: 86_400, nano };
  return { second: check('HourOfDay', hour, 0, 23) * 3600 + minute * 60 + second, nano };
}

function resolveHour(numbers: Fields['numbers']): number | undefined {
  const hour = numbers.get('hour');
  if (hour !== undefined) return hour;
  const clockHour = numbers.get('clockHour');
  if (clockHour !== undefined) return check('ClockHourOfDay', clockHour, 1, 24) % 24;
  const half = numbers.get('dayPeriod');
  if (half === undefined) return undefined;
  const hourOfHalf = numbers.get('hourOfHalf');
  if (hourOfHalf !== undefined) return check('HourOfAmPm', hourOfHalf, 0, 11) + half * 12;
  const clockHourOfHalf = numbers.get('clockHourOfHalf');
  if (clockHourOfHalf === undefined) return undefined;
  return (check('ClockHourOfAmPm', clockHourOfHalf, 1, 12) % 12) + half * 12;
}
