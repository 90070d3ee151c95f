/** Dates as seconds since 1970 and as broken-down times, in UTC. */
import { isList, type Value } from '../../../model/value.ts';
import { numeric } from '../arithmetic.ts';
import { raise } from '../jq-error.ts';
import { described, numberOf } from '../kinds.ts';
import type { ValueTable } from './builtin.ts';

const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const;
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** Year, month from 0, day, hour, minute, second with its fraction, day of the week from Sunday, day of the year from 0. */
type BrokenDown = readonly [number, number, number, number, number, number, number, number];

function breakDown(seconds: number): BrokenDown {
  const date = new Date(Math.floor(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return raise('error converting number of seconds since epoch to datetime');
  const newYear = Date.UTC(date.getUTCFullYear(), 0, 1);
  const fraction = seconds - Math.floor(seconds);
  return [
    date.getUTCFullYear(),
    date.getUTCMonth(),
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds() + fraction,
    date.getUTCDay(),
    Math.floor((date.getTime() - newYear) / 86_400_000),
  ];
}

function brokenDownOf(value: Value, name: string): BrokenDown {
  if (!isList(value) || value.length < 6) return raise(`${name} requires array of 6 numbers`);
  const parts = value.map(part => numberOf(part) ?? raise(`${name} requires parsed datetime inputs`));
  return breakDown(secondsOf(parts));
}

function secondsOf([year = 0, month = 0, day = 1, hour = 0, minute = 0, second = 0]: readonly number[]): number {
  // Date.UTC takes years below 100 for those of the last century; the calendar repeats after 400 years.
  const shift = year < 100 ? 400 : 0;
  return Date.UTC(year + shift, month, day, hour, minute, Math.floor(second)) / 1000 - (shift / 400) * 146_097 * 86_400;
}

function dateOf(value: Value, name: string): BrokenDown {
  const seconds = numberOf(value);
  return seconds === undefined ? brokenDownOf(value, name) : breakDown(seconds);
}

const two = (value: number, fill = '0') => String(Math.floor(value)).padStart(2, fill);

/** The week of the year in which weeks start on `firstDay` (0 is Sunday); days before the first one are in week 0. */
function weekFrom(firstDay: number, [, , , , , , weekday, yearDay]: BrokenDown): number {
  return Math.floor((yearDay + 7 - ((weekday - firstDay + 7) % 7)) / 7);
}

/** The week that holds the day's Thursday, in the year that holds it. */
function isoWeek(date: BrokenDown): { year: number; week: number } {
  const daysToThursday = 4 - (date[6] || 7);
  const [year, , , , , , , yearDay] = breakDown(secondsOf(date) + daysToThursday * 86_400);
  return { year, week: Math.floor(yearDay / 7) + 1 };
}

/** C's strftime in its own locale. */
function formatTime(date: BrokenDown, format: string): string {
  const [year, month, day, hour, minute, second, weekday, yearDay] = date;
  const write = (letter: string): string => {
    switch (letter) {
      case 'Y':
        return String(year);
      case 'C':
        return two(year / 100);
      case 'y':
        return two(((year % 100) + 100) % 100);
      case 'm':
        return two(month + 1);
      case 'd':
        return two(day);
      case 'e':
        return two(day, ' ');
      case 'H':
        return two(hour);
      case 'k':
        return two(hour, ' ');
      case 'I':
        return two(hour % 12 || 12);
      case 'l':
        return two(hour % 12 || 12, ' ');
      case 'M':
        return two(minute);
      case 'S':
        return two(second);
      case 'Z':
        return 'UTC';
      case 'z':
        return '+0000';
      case 'a':
        return (days[weekday] ?? '').slice(0, 3);
      case 'A':
        return days[weekday] ?? '';
      case 'b':
      case 'h':
        return (months[month] ?? '').slice(0, 3);
      case 'B':
        return months[month] ?? '';
      case 'p':
        return hour < 12 ? 'AM' : 'PM';
      case 'P':
        return hour < 12 ? 'am' : 'pm';
      case 'j':
        return String(yearDay + 1).padStart(3, '0');
      case 'u':
        return String(weekday || 7);
      case 'w':
        return String(weekday);
      case 'U':
        return two(weekFrom(0, date));
      case 'W':
        return two(weekFrom(1, date));
      case 'V':
        return two(isoWeek(date).week);
      case 'G':
        return String(isoWeek(date).year);
      case 'g':
        return two(isoWeek(date).year % 100);
      case 's':
        return String(secondsOf(date));
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case '%':
        return '%';
      default: {
        const whole = Object.hasOwn(composites, letter) ? composites[letter] : undefined;
        return whole === undefined ? `%${letter}` : formatTime(date, whole);
      }
    }
  };
  return format.replace(/%([a-zA-Z%])/g, (_, letter: string) => write(letter));
}

const composites: Readonly<Record<string, string>> = {
  F: '%Y-%m-%d',
  T: '%H:%M:%S',
  D: '%m/%d/%y',
  R: '%H:%M',
  r: '%I:%M:%S %p',
  c: '%a %b %e %H:%M:%S %Y',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
};

const shapes: Readonly<Record<string, string>> = {
  Y: '(?<Y>[+-]?\\d{1,4})',
  y: '(?<y>\\d{2})',
  m: '(?<m>\\d{1,2})',
  d: '\\s*(?<d>\\d{1,2})',
  e: '\\s*(?<d>\\d{1,2})',
  H: '(?<H>\\d{1,2})',
  I: '(?<I>\\d{1,2})',
  M: '(?<M>\\d{1,2})',
  S: '(?<S>\\d{1,2})',
  j: '(?<j>\\d{1,3})',
  p: '(?<p>[AaPp][Mm])',
  Z: '(?<Z>[A-Za-z]+)',
  z: '(?<z>Z|[+-]\\d{2}:?\\d{0,2})',
  s: '(?<s>-?\\d+)',
  a: '(?:[A-Za-z]{3,9})',
  A: '(?:[A-Za-z]{3,9})',
  b: '(?<b>[A-Za-z]{3,9})',
  B: '(?<b>[A-Za-z]{3,9})',
  h: '(?<b>[A-Za-z]{3,9})',
  n: '\\s+',
  t: '\\s+',
  '%': '%',
};

/** C's strptime; the zone is read, but does not move the time, as in jq. */
function parseTime(text: string, format: string): BrokenDown {
  const expanded = format.replace(/%([FTDRr])/g, (whole, letter: string) => composites[letter] ?? whole);
  const source = expanded.replace(/%(.)|\s+|[.*+?^${}()|[\]\\/-]/g, (whole, letter: string | undefined) => {
    if (letter === undefined) return /\s/.test(whole) ? '\\s*' : `\\${whole}`;
    return (Object.hasOwn(shapes, letter) ? shapes[letter] : undefined) ?? raise(`strptime does not know ${whole}`);
  });
  const named = timeExpression(source, format).exec(text)?.groups;
  if (!named) return raise(`date "${text}" does not match format "${format}"`);
  if (named.s !== undefined) return breakDown(Number(named.s));
  const number = (name: string, absent: number) => (named[name] === undefined ? absent : Number(named[name]));
  const year = named.y === undefined ? number('Y', 1900) : Number(named.y) + (Number(named.y) < 69 ? 2000 : 1900);
  const month = named.b === undefined ? number('m', 1) - 1 : monthOf(named.b);
  const afternoon = named.p?.toLowerCase() === 'pm' ? 12 : 0;
  const hour = named.I === undefined ? number('H', 0) : (Number(named.I) % 12) + afternoon;
  if (named.j !== undefined)
    return breakDown(secondsOf([year, 0, Number(named.j), hour, number('M', 0), number('S', 0)]));
  if (month < 0 || month > 11 || hour > 24) return raise(`date "${text}" does not match format "${format}"`);
  return breakDown(secondsOf([year, month, number('d', 1), hour, number('M', 0), number('S', 0)]));
}

function timeExpression(source: string, format: string): RegExp {
  try {
    return new RegExp(`^${source}$`);
  } catch {
    return raise(`strptime cannot read a field twice: "${format}"`);
  }
}

function monthOf(name: string): number {
  return months.findIndex(month => month.toLowerCase().startsWith(name.toLowerCase().slice(0, 3)));
}

export const dateFunctions: ValueTable = {
  'now/0': () => Date.now() / 1000,
  'gmtime/0': value => [...breakDown(numberOf(value) ?? raise('gmtime() requires a number'))].map(numeric),
  'mktime/0': value => {
    if (!isList(value)) return raise('mktime requires array of 6 numbers');
    brokenDownOf(value, 'mktime');
    return numeric(secondsOf(value.map(part => numberOf(part) ?? 0)));
  },
  'strftime/1': (value, [format = null]) => {
    if (typeof format !== 'string') return raise('strftime/1 requires a string format');
    return formatTime(dateOf(value, 'strftime/1'), format);
  },
  'strptime/1': (value, [format = null]) => {
    if (typeof value !== 'string')
      return raise(`strptime/1 requires string inputs and arguments, not ${described(value)}`);
    if (typeof format !== 'string') return raise('strptime/1 requires string inputs and arguments');
    return [...parseTime(value, format)];
  },
};
