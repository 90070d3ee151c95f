import {
  DateTimeFormatter,
  Instant,
  LocalDateTime,
  ZonedDateTime,
  ZoneId,
  ZoneOffset,
  ZoneRulesProvider,
} from '@js-joda/core';
import '@js-joda/timezone';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';

// Zones are checked against the rules of the tz database's own package; ours take their place when they are loaded.
const tzRules = ZoneRulesProvider.getRules;
const { addToDate, epochMicroText, epochMillis, epochNanoText, epochSeconds, formatDate, nowText } = await import(
  '../../src/expression/dates/index.ts'
);

const date = '2024-05-06T07:08:09.123456Z';
const inUtc = { timeZone: 'UTC' };

const zoneOfProcess = process.env.TZ;
afterEach(() => {
  if (zoneOfProcess === undefined) delete process.env.TZ;
  else process.env.TZ = zoneOfProcess;
});

describe('formats, as Kestra 1.0 gave them', () => {
  test.each([
    ['iso', '2024-05-06T07:08:09.123456Z'],
    ['yyyy-MM-dd', '2024-05-06'],
    ['yyyy-MM-dd HH:mm:ss.SSS', '2024-05-06 07:08:09.123'],
    ['iso_sec', '2024-05-06T07:08:09Z'],
    ['iso_milli', '2024-05-06T07:08:09.123Z'],
    ['iso_date_time', '2024-05-06T07:08:09.123456Z[UTC]'],
    ['iso_date', '2024-05-06Z'],
    ['iso_instant', '2024-05-06T07:08:09.123456Z'],
    ['iso_local_date_time', '2024-05-06T07:08:09.123456'],
    ['iso_week_date', '2024-W19-1Z'],
    ['iso_ordinal_date', '2024-127Z'],
    ['iso_zoned_date_time', '2024-05-06T07:08:09.123456Z[UTC]'],
    ['rfc_1123_date_time', 'Mon, 6 May 2024 07:08:09 GMT'],
    ['long', 'May 6, 2024, 7:08:09\u202fAM UTC'],
    ['medium', 'May 6, 2024, 7:08:09\u202fAM'],
    ['short', '5/6/24, 7:08\u202fAM'],
    ['sql', '2024-05-06 07:08:09.123456'],
    ['sql_seq', '2024-05-06 07:08:09'],
  ])('%s', (format, text) => {
    expect(formatDate(date, { ...inUtc, format })).toBe(text);
  });
});

describe("Java's patterns", () => {
  test.each([
    ["yyyy-MM-dd'T'HH:mm''ss", "2024-05-06T07:08'09"],
    ['EEE EEEE EEEEE', 'Mon Monday M'],
    ['MMM MMMM MMMMM L LL', 'May May M 5 05'],
    ['d/M/yy h:mm a', '6/5/24 7:08 AM'],
    ['D DDD k K w W F', '127 127 7 7 19 2 1'],
    ['Q QQ QQQ QQQQ', '2 02 Q2 2nd quarter'],
    ['G GGGG', 'AD Anno Domini'],
    ['e ee', '2 02'],
    ['n N A', '123456000 25689123456000 25689123'],
    ['S SS SSSSSSSSS', '1 12 123456000'],
    ['ppppH', '   7'],
    ['X XX XXX x xx xxx Z ZZZZ ZZZZZ O', 'Z Z Z +00 +0000 +00:00 +0000 GMT Z GMT'],
    ['VV z zzzz', 'UTC UTC Coordinated Universal Time'],
    ['[yyyy][VV]', '2024UTC'],
    ["'it''s'", "it's"],
    ['g', '60436'],
  ])('%s', (format, text) => {
    expect(formatDate(date, { ...inUtc, format })).toBe(text);
  });

  test.each([
    ['XX', '+0530'],
    ['X', '+0530'],
    ['XXX', '+05:30'],
    ['xxx', '+05:30'],
    ['O', 'GMT+5:30'],
    ['ZZZZ', 'GMT+05:30'],
    ['z', 'IST'],
  ])('%s in Kolkata', (format, text) => {
    expect(formatDate(date, { timeZone: 'Asia/Kolkata', format })).toBe(text);
  });

  test.each([
    ['bad format q', 'Unknown pattern letter: b'],
    ['ddd', 'Too many pattern letters: d'],
    ["yyyy 'x", "Pattern ends with an incomplete string literal: yyyy 'x"],
    ['yyyy]', 'Pattern invalid as it contains ] without previous ['],
    ['yyyy#', "Pattern includes reserved character: '#'"],
    ['V', 'Pattern letter count must be 2: V'],
  ])('refuses %s', (format, message) => {
    expect(() => formatDate(date, { ...inUtc, format })).toThrow(message);
  });
});

describe('zones', () => {
  test.each([
    ['Europe/Paris', '2024-05-06T09:08:09+02:00'],
    ['America/New_York', '2024-05-06T03:08:09-04:00'],
    ['+05:30', '2024-05-06T12:38:09+05:30'],
    ['GMT+2', '2024-05-06T09:08:09+02:00'],
    ['Z', '2024-05-06T07:08:09Z'],
  ])('%s', (timeZone, text) => {
    expect(formatDate(date, { timeZone, format: 'iso_sec' })).toBe(text);
  });

  test('the machine tells the zone where the flow does not', () => {
    process.env.TZ = 'Asia/Tokyo';
    expect(formatDate(date, { format: 'iso_sec' })).toBe('2024-05-06T16:08:09+09:00');
  });

  test('a skipped time moves on, of a repeated one the first is taken', () => {
    const paris = { timeZone: 'Europe/Paris', format: 'iso_sec' };
    expect(formatDate('2024-03-31T02:30:00', paris)).toBe('2024-03-31T03:30:00+02:00');
    expect(formatDate('2024-10-27T02:30:00', paris)).toBe('2024-10-27T02:30:00+02:00');
  });

  test('an unknown zone is named', () => {
    expect(() => formatDate(date, { timeZone: 'Mars/Base' })).toThrow('Unknown time-zone ID: Mars/Base');
    expect(() => formatDate(date, { timeZone: 'europe/paris' })).toThrow('Unknown time-zone ID: europe/paris');
  });

  test('styles name the zone', () => {
    const paris = { timeZone: 'Europe/Paris' };
    expect(formatDate(date, { ...paris, format: 'long' })).toBe('May 6, 2024, 9:08:09\u202fAM CEST');
    expect(formatDate(date, { ...paris, format: 'full' })).toBe(
      'Monday, May 6, 2024, 9:08:09\u202fAM Central European Summer Time',
    );
  });
});

describe('locales', () => {
  test('names of months and days', () => {
    const format = 'EEEE d MMMM yyyy';
    expect(formatDate(date, { ...inUtc, format, locale: 'fr' })).toBe('lundi 6 mai 2024');
    expect(formatDate(date, { ...inUtc, format, locale: 'de_DE' })).toBe('Montag 6 Mai 2024');
  });

  test('are for writing: what is read is English', () => {
    const options = { ...inUtc, existingFormat: 'd MMMM yyyy', locale: 'fr', format: 'd MMMM' };
    expect(formatDate('6 August 2024', options)).toBe('6 août');
    expect(() => formatDate('6 août 2024', options)).toThrow('could not be parsed at index 2');
  });

  test('weeks start where the country starts them', () => {
    const sunday = '2024-05-05T00:00:00Z';
    expect(formatDate(sunday, { ...inUtc, format: 'e w', locale: 'en_US' })).toBe('1 19');
    expect(formatDate(sunday, { ...inUtc, format: 'e w', locale: 'fr_FR' })).toBe('7 18');
  });

  test('an amount that is no number is named by its kind', () => {
    expect(() => addToDate(date, { s: 1 }, 'DAYS', inUtc)).toThrow('is a whole number, not a map');
  });

  test('what is none is refused', () => {
    expect(() => formatDate(date, { locale: '!!' })).toThrow('Invalid locale format: !!');
  });
});

describe('reading', () => {
  test.each([
    ['06/05/2024', 'dd/MM/yyyy', '2024-05-06T00:00:00Z'],
    ['06/05/2024 10:11', 'dd/MM/yyyy HH:mm', '2024-05-06T10:11:00Z'],
    ['20240506071809123', 'yyyyMMddHHmmssSSS', '2024-05-06T07:18:09Z'],
    ['May 6, 2024 7:08 PM', 'MMMM d, yyyy h:mm a', '2024-05-06T19:08:00Z'],
    ['2024-127', 'yyyy-DDD', '2024-05-06T00:00:00Z'],
    ['2024-W19-1', 'iso_week_date', '2024-05-06T00:00:00Z'],
    ['6/5/24', 'd/M/yy', '2024-05-06T00:00:00Z'],
    ['Mon, 6 May 2024 07:08:09 GMT', 'rfc_1123_date_time', '2024-05-06T07:08:09Z'],
    ['2024-05-06 07:08:09 +0200', 'yyyy-MM-dd HH:mm:ss Z', '2024-05-06T05:08:09Z'],
    ['2024-05-06 07:08 Europe/Paris', 'yyyy-MM-dd HH:mm VV', '2024-05-06T05:08:00Z'],
    ['2024-05-06 07', "yyyy-MM-dd HH[':'mm]", '2024-05-06T07:00:00Z'],
    ['2024-02-31', 'yyyy-MM-dd', '2024-02-29T00:00:00Z'],
    ['2024-05-06T24:00', "yyyy-MM-dd'T'HH:mm", '2024-05-07T00:00:00Z'],
    ['2024-05-06 07:08:09.123456', 'sql', '2024-05-06T07:08:09Z'],
  ])('%s as %s', (text, existingFormat, result) => {
    expect(formatDate(text, { ...inUtc, existingFormat, format: 'iso_sec' })).toBe(result);
  });

  test.each([
    ['2024-05-06', '2024-05-06T00:00:00Z'],
    ['2024-05-06T07:08', '2024-05-06T07:08:00Z'],
    ['2024-05-06T07:08:09+02:00', '2024-05-06T05:08:09Z'],
    ['2024-05-06T07:08:09+02:00[Europe/Paris]', '2024-05-06T05:08:09Z'],
  ])('%s without a format', (text, result) => {
    expect(formatDate(text, { ...inUtc, format: 'iso_sec' })).toBe(result);
  });

  test.each([
    ['notadate', undefined, "Text 'notadate' could not be parsed at index 0"],
    ['2024-05-06x', undefined, "Text '2024-05-06x' could not be parsed, unparsed text found at index 10"],
    ['2024-13-01', undefined, 'Invalid value for MonthOfYear (valid values 1 - 12): 13'],
    ['10:11', 'HH:mm', "Text '10:11' could not be parsed: it has no date"],
    ['12/2024', 'dd/MM/yyyy', "Text '12/2024' could not be parsed at index 5"],
    ['x', 'long', "existingFormat 'long' is for writing only"],
  ])('refuses %s', (text, existingFormat, message) => {
    expect(() => formatDate(text, existingFormat === undefined ? {} : { existingFormat })).toThrow(message);
  });

  test.each([
    [1714979289, '2024-05-06T07:08:09.000Z'],
    [1714979289n, '2024-05-06T07:08:09.000Z'],
    [1714979289123, '2024-05-06T07:08:09.123Z'],
    [1714979289123n, '2024-05-06T07:08:09.123Z'],
    [1714979289123456789n, '2024-05-06T07:08:09.123Z'],
    [-1, '1969-12-31T23:59:59.000Z'],
  ])('the number %d', (input, result) => {
    expect(formatDate(input, { ...inUtc, format: 'iso_milli' })).toBe(result);
  });

  test.each([[null], [true], [[1]], [1.5], [10n ** 30n]])('refuses what is no date', input => {
    expect(() => formatDate(input, {})).toThrow(/date/);
  });
});

describe('adding', () => {
  test.each([
    [-1, 'MONTHS', '2024-04-06T07:08:09Z'],
    [1, 'HOURS', '2024-05-06T08:08:09Z'],
    [2, 'WEEKS', '2024-05-20T07:08:09Z'],
    [1, 'CENTURIES', '2124-05-06T07:08:09Z'],
    [-3n, 'DAYS', '2024-05-03T07:08:09Z'],
    [876544, 'MICROS', '2024-05-06T07:08:10Z'],
  ])('%d %s', (amount, unit, result) => {
    expect(addToDate(date, amount, unit, { ...inUtc, format: 'iso_sec' })).toBe(result);
  });

  test('the end of a month stays in the month', () => {
    expect(addToDate('2024-01-31', 1, 'MONTHS', { ...inUtc, format: 'yyyy-MM-dd' })).toBe('2024-02-29');
  });

  test('a day keeps the time of the clock, hours do not', () => {
    const paris = { timeZone: 'Europe/Paris', format: 'iso_sec' };
    expect(addToDate('2024-03-30T12:00:00', 1, 'DAYS', paris)).toBe('2024-03-31T12:00:00+02:00');
    expect(addToDate('2024-03-30T12:00:00', 24, 'HOURS', paris)).toBe('2024-03-31T13:00:00+02:00');
  });

  test('refuses other units, what is no number and years beyond all dates', () => {
    expect(() => addToDate(date, 1, 'days', {})).toThrow(
      'No enum constant java.time.temporal.ChronoUnit.days; write DAYS',
    );
    expect(() => addToDate(date, 'x', 'DAYS', {})).toThrow('whole number');
    expect(() => addToDate(date, 1e9, 'YEARS', {})).toThrow('beyond the range of dates');
  });
});

describe('epochs', () => {
  test('seconds, milliseconds, nanoseconds', () => {
    expect(epochSeconds(date, {})).toBe(1714979289n);
    expect(epochSeconds('2024-05-06', { timeZone: 'Europe/Paris' })).toBe(1714946400n);
    expect(epochMillis(date, {})).toBe(1714979289123n);
    expect(epochNanoText(date, {})).toBe('1714979289123456000');
  });

  test('microseconds have the wrong magnitude that Kestra gives', () => {
    expect(epochMicroText(date, {})).toBe('1714979289000123456');
  });

  test('now', () => {
    expect(nowText(1714979289123.4, inUtc)).toBe('2024-05-06T07:08:09.123400Z');
    expect(nowText(1714979289123, { timeZone: 'Europe/Paris' })).toHaveLength(32);
  });
});

describe('beside js-joda', () => {
  const seconds = fc.integer({ min: -4e9, max: 8e9 });
  const zones = fc.constantFrom('UTC', 'Europe/Paris', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe');
  const patterns = [
    "uuuu-MM-dd'T'HH:mm:ss.SSSSSSXXX",
    'yyyy/M/d H:m:s XX',
    'd MM yy hh:mm:ss',
    'D k K n N A',
    'DDD SSS S x xx xxx [VV]',
  ];

  test('prints the same', () => {
    fc.assert(
      fc.property(
        seconds,
        fc.nat(999_999_999),
        zones,
        fc.constantFrom(...patterns),
        (second, nano, timeZone, format) => {
          const joda = ZonedDateTime.ofInstant(Instant.ofEpochSecond(second, nano), ZoneId.of(timeZone));
          const expected = joda.format(DateTimeFormatter.ofPattern(format));
          const input = BigInt(second) * 1_000_000_000n + BigInt(nano);
          const iso = formatDate(String(joda.toOffsetDateTime()), { timeZone, format });
          expect(iso).toBe(expected);
          expect(epochNanoText(String(joda.toOffsetDateTime()), { timeZone })).toBe(String(input));
        },
      ),
    );
  });

  test('has the offsets of the tz database', () => {
    fc.assert(
      fc.property(seconds, zones, (second, timeZone) => {
        const expected = tzRules(timeZone).offset(Instant.ofEpochSecond(second)).id();
        expect(formatDate(BigInt(second), { timeZone, format: 'XXXXX' })).toBe(expected);
      }),
    );
  });

  test('places local times in zones as the tz database does, those skipped or shown twice too', () => {
    const aroundChanges = fc
      .tuple(
        fc.integer({ min: 1975, max: 2035 }),
        fc.constantFrom('03', '04', '10', '11'),
        fc.integer({ min: 0, max: 30 }),
        fc.nat(14_400),
      )
      .map(([year, month, day, second]) =>
        LocalDateTime.parse(`${year}-${month}-01T00:00`).plusDays(day).plusSeconds(second),
      );
    const anyTime = seconds.map(second => LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC));
    fc.assert(
      fc.property(fc.oneof(anyTime, aroundChanges), zones, (local, timeZone) => {
        const rules = tzRules(timeZone);
        const gap = rules.validOffsets(local).length === 0 ? rules.transition(local) : undefined;
        const shown = gap ? local.plusSeconds(gap.duration().seconds()) : local;
        const expected = shown.toEpochSecond(gap ? gap.offsetAfter() : rules.offset(local));
        expect(epochSeconds(local.toString(), { timeZone })).toBe(BigInt(expected));
      }),
      { numRuns: 500 },
    );
  });
});
