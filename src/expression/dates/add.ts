/** Adding to a moment in the units of Java's ChronoUnit. */
import { ChronoUnit, type ZonedDateTime } from '@js-joda/core';

const units: ReadonlyMap<string, ChronoUnit> = new Map(
  (
    [
      'NANOS',
      'MICROS',
      'MILLIS',
      'SECONDS',
      'MINUTES',
      'HOURS',
      'HALF_DAYS',
      'DAYS',
      'WEEKS',
      'MONTHS',
      'YEARS',
      'DECADES',
      'CENTURIES',
      'MILLENNIA',
    ] as const
  ).map(name => [name, ChronoUnit[name]]),
);

/**
 * `amount` units later. Units of a day and more keep the clock's time, through changes of daylight saving too.
 * @throws Error for a unit that is none (they are written in capitals), or beyond the range of dates.
 */
export function addUnits(moment: ZonedDateTime, amount: number, unit: string): ZonedDateTime {
  const known = units.get(unit);
  if (!known) {
    const upper = unit.toUpperCase();
    const hint = units.has(upper) ? `write ${upper}` : 'write one like DAYS, HOURS or MONTHS';
    throw new Error(`No enum constant java.time.temporal.ChronoUnit.${unit}; ${hint}`);
  }
  const later = sum(moment, amount, known);
  // What ICU can place in a zone, and JavaScript in a Date: about 271,000 years on both sides.
  if (!later || Math.abs(later.toEpochSecond()) > 8.64e12)
    throw new Error(`${amount} ${unit} leads beyond the range of dates`);
  return later;
}

/** Undefined beyond the years that js-joda knows: a million on both sides. */
function sum(moment: ZonedDateTime, amount: number, unit: ChronoUnit): ZonedDateTime | undefined {
  try {
    return moment.plus(amount, unit);
  } catch (error) {
    if (error instanceof TypeError) throw error;
    return undefined;
  }
}
