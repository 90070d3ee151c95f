import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DurationError, formatDuration, parseDuration } from '../../src/model/duration.ts';

describe('parseDuration', () => {
  test.each([
    ['PT1.5S', 1500],
    ['P1DT2H', 93_600_000],
    ['PT0.5S', 500],
    ['pt10s', 10_000],
    ['P1W', 604_800_000],
    ['PT1H30M', 5_400_000],
    ['-PT10S', -10_000],
    ['PT-1.5S', -1500],
    ['PT-0.5S', -500],
    ['-PT-10S', 10_000],
    ['+PT1M', 60_000],
    ['PT0S', 0],
    ['P0D', 0],
    [' PT1S ', 1000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each([
    ['10s', '10s is not an ISO 8601 duration; write PT10S'],
    ['5 minutes', '5 minutes is not an ISO 8601 duration; write PT5M'],
    ['P5H', 'P5H is not an ISO 8601 duration; write PT5H'],
    ['500ms', '500ms is not an ISO 8601 duration; write PT0.5S'],
    ['', 'an empty text is not an ISO 8601 duration; write one like PT10S, PT5M, PT1H30M or P1D'],
  ])('refuses %j and says what to write', (text, message) => {
    expect(() => parseDuration(text)).toThrow(new DurationError(message));
  });

  test.each(['P', 'PT', 'P1DT', 'P1Y', 'PT1', 'PT1.5H', '1PT', 'PT.5S', 'P99999999999999999D'])('refuses %s', text => {
    expect(() => parseDuration(text)).toThrow(DurationError);
  });
});

describe('formatDuration', () => {
  test.each([
    [1234, 'PT1.234S'],
    [0, 'PT0S'],
    [60_000, 'PT1M'],
    [93_600_500, 'PT26H0.5S'],
    [-1500, 'PT-1.5S'],
    [-500, 'PT-0.5S'],
    [-61_000, 'PT-1M-1S'],
    [0.5, 'PT0.0005S'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test('is read back to the same milliseconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e13, max: 1e13 }), ms => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });
});
