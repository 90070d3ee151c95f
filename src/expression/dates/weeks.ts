/** Weeks as countries count them: java.time's WeekFields, which js-joda has only beside the data of all languages. */
import { LocalDate } from '@js-joda/core';

/** ISO: from Monday (1), the first week has at least 4 days in the year. */
export interface WeekRule {
  readonly firstDay: number;
  readonly minimalDays: number;
}

/** Days of the week that have gone by, by the rule's first day: 0 to 6. */
export function daysIntoWeek(date: LocalDate, rule: WeekRule): number {
  return (date.dayOfWeek().value() - rule.firstDay + 7) % 7;
}

/** The day on which week 1 of a week-based year starts. */
export function firstWeekStart(weekYear: number, rule: WeekRule): LocalDate {
  const newYear = LocalDate.of(weekYear, 1, 1);
  const gone = daysIntoWeek(newYear, rule);
  return newYear.plusDays(7 - gone >= rule.minimalDays ? -gone : 7 - gone);
}

/** The week-based year, and its week from 1. */
export function weekOf(date: LocalDate, rule: WeekRule): { readonly weekYear: number; readonly week: number } {
  let weekYear = date.year() + 1;
  while (firstWeekStart(weekYear, rule).isAfter(date)) weekYear -= 1;
  const days = date.toEpochDay() - firstWeekStart(weekYear, rule).toEpochDay();
  return { weekYear, week: Math.floor(days / 7) + 1 };
}

/** The week of the month; days before the first week that counts are in week 0. */
export function weekOfMonth(date: LocalDate, rule: WeekRule): number {
  const gone = daysIntoWeek(date.withDayOfMonth(1), rule);
  const whole = Math.floor((date.dayOfMonth() - 1 + gone) / 7);
  return 7 - gone >= rule.minimalDays ? whole + 1 : whole;
}
