/** Adding to a moment in the units of Java's ChronoUnit. */
import { daysInMonth, type LocalDateTime, localDateTimeOf, localSecondOf } from './calendar.ts';
import { localOf, type Moment, momentOf } from './zone.ts';

const exactUnits = new Map<string, bigint>([
  ['NANOS', 1n],
  ['MICROS', 1_000n],
  ['MILLIS', 1_000_000n],
  ['SECONDS', 1_000_000_000n],
  ['MINUTES', 60_000_000_000n],
  ['HOURS', 3_600_000_000_000n],
  ['HALF_DAYS', 43_200_000_000_000n],
]);
const dayUnits = new Map([
  ['DAYS', 1],
  ['WEEKS', 7],
]);
const monthUnits = new Map([
  ['MONTHS', 1],
  ['YEARS', 12],
  ['DECADES', 120],
  ['CENTURIES', 1200],
  ['MILLENNIA', 12_000],
]);

/**
 * `amount` units later. Units of a day and more keep the clock's time, through changes of daylight saving too.
 * @throws Error for a unit that is none (they are written in capitals), or beyond the range of dates.
 */
export function addUnits(moment: Moment, amount: number, unit: string): Moment {
  const result = add(moment, amount, unit);
  // What ICU can place in a zone, and JavaScript in a Date: about 271,000 years on both sides.
  if (Math.abs(result.epochSecond) > 8.64e12) throw new Error(`${amount} ${unit} leads beyond the range of dates`);
  return result;
}

function add(moment: Moment, amount: number, unit: string): Moment {
  const nanos = exactUnits.get(unit);
  if (nanos !== undefined) return addNanos(moment, BigInt(amount) * nanos);
  const days = dayUnits.get(unit);
  if (days !== undefined) return addDays(moment, amount * days);
  const months = monthUnits.get(unit);
  if (months !== undefined) return addMonths(moment, amount * months);
  const upper = unit.toUpperCase();
  const isUnit = exactUnits.has(upper) || dayUnits.has(upper) || monthUnits.has(upper);
  throw new Error(
    `No enum constant java.time.temporal.ChronoUnit.${unit}; ${isUnit ? `write ${upper}` : 'write one like DAYS, HOURS or MONTHS'}`,
  );
}

function addNanos(moment: Moment, nanos: bigint): Moment {
  const total = BigInt(moment.nano) + nanos;
  const nano = ((total % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
  const seconds = Number((total - nano) / 1_000_000_000n);
  return { ...moment, epochSecond: moment.epochSecond + seconds, nano: Number(nano) };
}

function addDays(moment: Moment, days: number): Moment {
  const local = localOf(moment);
  return momentOf(localDateTimeOf(localSecondOf(local) + days * 86_400, local.nano), moment.zone);
}

function addMonths(moment: Moment, months: number): Moment {
  const local = localOf(moment);
  const count = local.year * 12 + local.month - 1 + months;
  const year = Math.floor(count / 12);
  const month = count - year * 12 + 1;
  const moved: LocalDateTime = { ...local, year, month, day: Math.min(local.day, daysInMonth(year, month)) };
  return momentOf(moved, moment.zone);
}
