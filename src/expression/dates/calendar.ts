/** The proleptic ISO calendar in plain arithmetic: days since 1970-01-01 to years, months, weeks and back. */

/** A date and time without a zone. `month` and `day` count from 1, `nano` is below 1e9. */
export interface LocalDateTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nano: number;
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

// Both directions follow http://howardhinnant.github.io/date_algorithms.html: years that start in March, so that the
// leap day is the last one, in eras of 400 years (146,097 days).

/** Days since 1970-01-01 of a date; negative before it. */
export function epochDayOf(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

/** The date of a day since 1970-01-01. */
export function dateOfEpochDay(epochDay: number): { year: number; month: number; day: number } {
  const shifted = epochDay + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

/** Seconds since 1970-01-01T00:00, as if the date and time were UTC. */
export function localSecondOf(at: LocalDateTime): number {
  return epochDayOf(at.year, at.month, at.day) * 86_400 + at.hour * 3600 + at.minute * 60 + at.second;
}

/** The inverse of `localSecondOf`. */
export function localDateTimeOf(localSecond: number, nano: number): LocalDateTime {
  const epochDay = Math.floor(localSecond / 86_400);
  const secondOfDay = localSecond - epochDay * 86_400;
  return {
    ...dateOfEpochDay(epochDay),
    hour: Math.floor(secondOfDay / 3600),
    minute: Math.floor((secondOfDay % 3600) / 60),
    second: secondOfDay % 60,
    nano,
  };
}

/** 1 for Monday to 7 for Sunday. */
export function dayOfWeek(epochDay: number): number {
  return ((((epochDay + 3) % 7) + 7) % 7) + 1;
}

/** 1 for the first of January. */
export function dayOfYear(year: number, month: number, day: number): number {
  return epochDayOf(year, month, day) - epochDayOf(year, 1, 1) + 1;
}

/** How a country counts weeks. ISO: from Monday (1), the first week has at least 4 days in the year. */
export interface WeekRule {
  readonly firstDay: number;
  readonly minimalDays: number;
}

export const isoWeeks: WeekRule = { firstDay: 1, minimalDays: 4 };

/** The day on which week 1 of a week-based year starts. */
export function firstWeekStart(weekYear: number, rule: WeekRule): number {
  const newYear = epochDayOf(weekYear, 1, 1);
  const daysIntoWeek = (dayOfWeek(newYear) - rule.firstDay + 7) % 7;
  return 7 - daysIntoWeek >= rule.minimalDays ? newYear - daysIntoWeek : newYear - daysIntoWeek + 7;
}

/** The week-based year, its week from 1, and the day in the week from 1. */
export function weekOf(epochDay: number, rule: WeekRule): { weekYear: number; week: number; day: number } {
  const { year } = dateOfEpochDay(epochDay);
  let weekYear = year + 1;
  while (firstWeekStart(weekYear, rule) > epochDay) weekYear -= 1;
  return {
    weekYear,
    week: Math.floor((epochDay - firstWeekStart(weekYear, rule)) / 7) + 1,
    day: ((dayOfWeek(epochDay) - rule.firstDay + 7) % 7) + 1,
  };
}
