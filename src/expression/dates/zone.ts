/** Time zones by the data that Node carries (ICU): no zone library, whose data cost 78 ms of CPU to load (measured). */
import type { LocalDateTime } from './calendar.ts';
import { localDateTimeOf, localSecondOf } from './calendar.ts';

/** `region` has rules behind its name (`Europe/Paris`, `UTC`); `offset` is fixed. Offsets are in seconds. */
export type Zone =
  | { readonly kind: 'region'; readonly id: string; readonly formatter: Intl.DateTimeFormat | undefined }
  | { readonly kind: 'offset'; readonly id: string; readonly offset: number };

/** A point in time, seen in a zone. `epochSecond` is floored; `nano` is 0 to 999,999,999. */
export interface Moment {
  readonly epochSecond: number;
  readonly nano: number;
  readonly zone: Zone;
}

export const utc: Zone = { kind: 'offset', id: 'Z', offset: 0 };
const region: Zone = { kind: 'region', id: 'UTC', formatter: undefined };
const known = new Map<string, Zone>([
  ['UTC', region],
  ['GMT', { ...region, id: 'GMT' }],
  ['UT', { ...region, id: 'UT' }],
  ['Etc/UTC', { ...region, id: 'Etc/UTC' }],
  ['Z', utc],
]);

/**
 * The zone of a name as Java's `ZoneId.of` takes it: `Europe/Paris`, `UTC`, `Z`, `+02:00`, `GMT+2`.
 * @throws Error when there is none of that name.
 */
export function zoneOf(id: string): Zone {
  const cached = known.get(id);
  if (cached) return cached;
  const zone = offsetZone(id) ?? regionZone(id);
  // Names come from flows: a map without a bound would be theirs to fill.
  if (known.size < 1000) known.set(id, zone);
  return zone;
}

/** The zone of the machine (variable TZ): ICU finds it. */
export function systemZone(): Zone {
  return zoneOf(new Intl.DateTimeFormat().resolvedOptions().timeZone);
}

function offsetZone(id: string): Zone | undefined {
  const offset = parseOffset(id);
  if (offset !== undefined) return fixedZone(offset);
  const prefixed = /^(?:UTC|GMT|UT)(?=[+-])/.exec(id)?.[0];
  if (prefixed === undefined) return undefined;
  const rest = parseOffset(id.slice(prefixed.length));
  if (rest === undefined) return undefined;
  return { kind: 'offset', id: rest === 0 ? prefixed : prefixed + offsetText(rest), offset: rest };
}

export function fixedZone(offset: number): Zone {
  return { kind: 'offset', id: offsetText(offset), offset };
}

function parseOffset(text: string): number | undefined {
  const match = /^([+-])(\d{1,2})(?::?(\d\d)(?::?(\d\d))?)?$/.exec(text);
  if (!match) return undefined;
  const seconds = Number(match[2]) * 3600 + Number(match[3] ?? 0) * 60 + Number(match[4] ?? 0);
  if (seconds > 18 * 3600) return undefined;
  return match[1] === '-' ? 0 - seconds : seconds;
}

/** `Z`, `+02:00`, `+05:53:28`: Java's `ZoneOffset.getId`. */
export function offsetText(offset: number): string {
  if (offset === 0) return 'Z';
  const size = Math.abs(offset);
  const two = (n: number) => String(Math.floor(n)).padStart(2, '0');
  const seconds = size % 60 === 0 ? '' : `:${two(size % 60)}`;
  return `${offset < 0 ? '-' : '+'}${two(size / 3600)}:${two((size % 3600) / 60)}${seconds}`;
}

function regionZone(id: string): Zone {
  try {
    const formatter = new Intl.DateTimeFormat('en-US', { timeZone: id, timeZoneName: 'longOffset' });
    return { kind: 'region', id, formatter };
  } catch {
    throw new Error(`Unknown time-zone ID: ${id}; write one like UTC, Europe/Paris or +02:00`);
  }
}

/** Seconds east of UTC at a point in time. */
export function offsetAt(zone: Zone, epochSecond: number): number {
  if (zone.kind === 'offset') return zone.offset;
  if (zone.formatter === undefined) return 0;
  const parts = zone.formatter.formatToParts(epochSecond * 1000);
  const name = parts.find(part => part.type === 'timeZoneName')?.value ?? 'GMT';
  return parseOffset(name.slice(3)) ?? 0;
}

/** What the clocks in the moment's zone show. */
export function localOf(moment: Moment): LocalDateTime {
  return localDateTimeOf(moment.epochSecond + offsetAt(moment.zone, moment.epochSecond), moment.nano);
}

/**
 * The moment at which a zone's clocks show this. As in Java's `ZonedDateTime.of`: of two, the earlier; a time that is
 * skipped moves on by the length of the gap.
 */
export function momentOf(local: LocalDateTime, zone: Zone): Moment {
  const localSecond = localSecondOf(local);
  const before = offsetAt(zone, localSecond - 86_400);
  const after = offsetAt(zone, localSecond + 86_400);
  for (const offset of [before, after]) {
    if (offsetAt(zone, localSecond - offset) === offset)
      return { epochSecond: localSecond - offset, nano: local.nano, zone };
  }
  return { epochSecond: localSecond - before, nano: local.nano, zone };
}
