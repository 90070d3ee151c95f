/**
 * Time zones: js-joda's, with the rules that Node carries (ICU) behind the names of regions. Its own package of rules,
 * @js-joda/timezone, costs 78 ms of CPU to load (measured).
 */
import {
  Instant,
  type LocalDateTime,
  use,
  ZoneId,
  ZoneOffset,
  ZoneOffsetTransition,
  type ZoneRules,
} from '@js-joda/core';

const dayMs = 86_400_000;

/** A region's rules as far as java.time's `ZonedDateTime` asks for them. */
class IcuZoneRules {
  readonly #formatter: Intl.DateTimeFormat;

  constructor(formatter: Intl.DateTimeFormat) {
    this.#formatter = formatter;
  }

  isFixedOffset(): boolean {
    return false;
  }

  offsetOfEpochMilli(epochMilli: number): ZoneOffset {
    const parts = this.#formatter.formatToParts(epochMilli);
    const name = parts.find(part => part.type === 'timeZoneName')?.value ?? 'GMT';
    return name === 'GMT' ? ZoneOffset.UTC : ZoneOffset.of(name.slice(3));
  }

  offsetOfInstant(instant: Instant): ZoneOffset {
    return this.offsetOfEpochMilli(instant.toEpochMilli());
  }

  offset(at: Instant | LocalDateTime): ZoneOffset {
    return at instanceof Instant ? this.offsetOfInstant(at) : this.offsetOfLocalDateTime(at);
  }

  offsetOfLocalDateTime(local: LocalDateTime): ZoneOffset {
    return this.validOffsets(local)[0] ?? this.#around(local).before;
  }

  /** One; two where the clocks show this time twice, the earlier moment's first; none where it is skipped. */
  validOffsets(local: LocalDateTime): ZoneOffset[] {
    const { before, after } = this.#around(local);
    const candidates = before.equals(after) ? [before] : [before, after];
    return candidates.filter(offset => this.offsetOfInstant(local.toInstant(offset)).equals(offset));
  }

  /** Of a time that is skipped or shown twice. Its moment is not looked for: only the length is asked of it. */
  transition(local: LocalDateTime): ZoneOffsetTransition {
    const { before, after } = this.#around(local);
    return ZoneOffsetTransition.of(local.withNano(0), before, after);
  }

  /** No region changes its clocks twice within two days. */
  #around(local: LocalDateTime): { before: ZoneOffset; after: ZoneOffset } {
    const asUtc = local.toInstant(ZoneOffset.UTC).toEpochMilli();
    return { before: this.offsetOfEpochMilli(asUtc - dayMs), after: this.offsetOfEpochMilli(asUtc + dayMs) };
  }
}

type Rules = IcuZoneRules | ZoneRules;

// js-joda's own way in for rules: https://js-joda.github.io/js-joda/manual/customize-build.html
use((joda: { ZoneRulesProvider: { getRules: (id: string) => Rules } }) => {
  joda.ZoneRulesProvider.getRules = regionRules;
});

function regionRules(id: string): Rules {
  if (id === 'Etc/UTC') return ZoneOffset.UTC.rules();
  const formatter = new Intl.DateTimeFormat('en-US', { timeZone: id, timeZoneName: 'longOffset' });
  const { timeZone } = formatter.resolvedOptions();
  // Java tells capitals from small letters here, ICU does not.
  if (timeZone !== id && timeZone.toLowerCase() === id.toLowerCase()) throw new RangeError(`it is spelt ${timeZone}`);
  return new IcuZoneRules(formatter);
}

const known = new Map<string, ZoneId>();

/**
 * The zone of a name as Java's `ZoneId.of` takes it: `Europe/Paris`, `UTC`, `Z`, `+02:00`, `GMT+2`.
 * @throws Error when there is none of that name.
 */
export function zoneOf(id: string): ZoneId {
  const cached = known.get(id);
  if (cached) return cached;
  const zone = read(id);
  // Names come from flows: a map without a bound would be theirs to fill.
  if (known.size < 1000) known.set(id, zone);
  return zone;
}

function read(id: string): ZoneId {
  try {
    return ZoneId.of(id);
  } catch (error) {
    if (error instanceof TypeError) throw error;
    throw new Error(`Unknown time-zone ID: ${id}; write one like UTC, Europe/Paris or +02:00`);
  }
}

/** The zone of the machine (variable TZ): ICU finds it. */
export function systemZone(): ZoneId {
  return zoneOf(new Intl.DateTimeFormat().resolvedOptions().timeZone);
}

/** What Intl calls the zone. Prefixed offsets (`GMT+02:00`) and bare ones are alike to it. */
export function intlZone(zone: ZoneId): string {
  const id = zone.id();
  if (/^(?:UTC|GMT|UT|Z)$/.test(id)) return 'UTC';
  // Intl knows offsets without seconds.
  return zone.rules().isFixedOffset() ? id.replace(/^(?:UTC|GMT|UT)/, '').slice(0, 6) : id;
}
