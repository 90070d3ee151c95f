/** JSON with Java's numeric kinds: what is written is read again as the same, and the other way round. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numberFromText, parseJson, writeJson } from '../../src/model/json.ts';
import { double, isNumeric, numericKind, Real, type Value } from '../../src/model/value.ts';
import { cpuMs } from '../cpu-time.ts';

/** A value with its kinds, so that 1, 1n and 1.0 differ. */
function kinds(value: Value): unknown {
  if (isNumeric(value)) return `${numericKind(value)} ${value}`;
  if (Array.isArray(value)) return value.map(kinds);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, kinds(inner)]));
}

const integer = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const whole = fc.oneof(integer, fc.bigInt({ min: 2n ** 31n, max: 2n ** 90n }), fc.bigInt({ max: -(2n ** 31n) - 1n }));
const fraction = fc.double({ noNaN: true, noDefaultInfinity: true }).map(double);
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.date({ noInvalidDate: true }).map(date => date.toISOString()),
  fc.double().map(number => `{"n": ${number}}`),
);
const { value: anyValue } = fc.letrec<{ value: Value }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    anyText,
    whole,
    fraction,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(anyText, tie('value'), { maxKeys: 5 }),
  ),
}));

test('what is written is read as it was, kinds and all', () => {
  fc.assert(
    fc.property(anyValue, fc.constantFrom(undefined, 2), (value, indent) => {
      expect(kinds(parseJson(writeJson(value, indent)))).toEqual(kinds(value));
    }),
    { numRuns: 1000 },
  );
});

test('what is read is written as it was', () => {
  const number = fc.stringMatching(/^-?(0|[1-9]\d{0,25})(\.\d{1,9})?([eE][+-]?\d{1,2})?$/);
  fc.assert(
    fc.property(fc.array(number, { minLength: 1 }), numbers => {
      const text = `[${numbers}]`;
      const written = parseJson(writeJson(parseJson(text)));
      expect(kinds(written)).toEqual(kinds(parseJson(text)));
      expect(kinds(parseJson(text))).toEqual(numbers.map(each => kinds(numberFromText(each))));
    }),
    { numRuns: 1000 },
  );
});

describe('a number of JSON', () => {
  test.each([
    ['0', 'integer 0'],
    ['-7', 'integer -7'],
    ['2147483647', 'integer 2147483647'],
    ['-2147483648', 'integer -2147483648'],
    ['2147483648', 'long 2147483648'],
    ['9007199254740993', 'long 9007199254740993'],
    ['9223372036854775807', 'long 9223372036854775807'],
    ['9223372036854775808', 'biginteger 9223372036854775808'],
    ['-9223372036854775809', 'biginteger -9223372036854775809'],
    ['1.0', 'double 1.0'],
    ['-0.0', 'double -0.0'],
    ['2.5', 'double 2.5'],
    ['1e3', 'double 1e3'],
    ['1.0E10', 'double 1.0E10'],
    ['1E-7', 'double 1e-7'],
  ])('%s is the %s, wherever it stands', (text, expected) => {
    expect(kinds(parseJson(text))).toBe(expected);
    expect(kinds(parseJson(`[1,${text},2]`))).toEqual(['integer 1', expected, 'integer 2']);
    expect(kinds(parseJson(`{"a":${text}}`))).toEqual({ a: expected });
    expect(kinds(parseJson(` { "a" :\n\t${text}\n} `))).toEqual({ a: expected });
    expect(kinds(parseJson(`[[${text}],"${text}"]`))).toEqual([[expected], text]);
  });

  test.each(['', '01', '1.', '+1', '{"a":1,}', '1 2', 'NaN'])('%j is none', text => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });
});

describe('what JSON has no number for', () => {
  test.each([
    [Number.NaN, '"NaN"'],
    [Number.POSITIVE_INFINITY, '"Infinity"'],
    [double(Number.NEGATIVE_INFINITY), '"-Infinity"'],
    [new Real('float', 'NaN'), '"NaN"'],
  ])('%s becomes a text', (value, text) => {
    expect(writeJson(value)).toBe(text);
  });

  test('of Java’s kinds keeps its spelling', () => {
    expect(
      writeJson([new Real('big', '1.10'), new Real('float', '0.1'), new Real('double', '1.0E10'), 10n ** 20n]),
    ).toBe('[1.10,0.1,1.0E10,100000000000000000000]');
  });
});

test('a key named __proto__ is a key', () => {
  const value = parseJson('{"__proto__":{"a":1.0}}');
  expect(Object.keys(value as object)).toEqual(['__proto__']);
  expect(writeJson(value)).toBe('{"__proto__":{"a":1.0}}');
});

test('dates and digits inside texts do not make reading slow', () => {
  const row = { date: '2024-05-06T07:08:09.123Z', id: '12345678901234567890', note: 'v1.5: x', count: 7 };
  const text = JSON.stringify(Array.from({ length: 5000 }, () => row));
  const time = (read: (text: string) => unknown) =>
    Math.min(...Array.from({ length: 7 }, () => cpuMs(() => read(text))));
  // With the reviver for each value it is five times as long.
  expect(time(parseJson)).toBeLessThan(3 * time(JSON.parse) + 1);
});
