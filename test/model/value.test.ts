/** The kinds of numbers and how Java spells them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { double, isList, isMap, isNumeric, javaDoubleText, numericKind, Real } from '../../src/model/value.ts';

test.each([
  [0, 'integer'],
  [-(2 ** 31), 'integer'],
  [2 ** 31, 'long'],
  [1n, 'long'],
  [2n ** 63n - 1n, 'long'],
  [2n ** 63n, 'biginteger'],
  [-(2n ** 63n) - 1n, 'biginteger'],
  [1.5, 'double'],
  [Number.NaN, 'double'],
  [Number.POSITIVE_INFINITY, 'double'],
  [double(1), 'double'],
  [new Real('float', '1.5'), 'float'],
  [new Real('big', '1.50'), 'bigdecimal'],
] as const)('the kind of %s is %s', (value, kind) => {
  expect(numericKind(value)).toBe(kind);
});

describe('a Double', () => {
  test.each([
    [1, '1.0'],
    [0, '0.0'],
    [-0, '-0.0'],
    [0.001, '0.001'],
    [0.0001, '1.0E-4'],
    [0.00012, '1.2E-4'],
    [9_999_999, '9999999.0'],
    [10_000_000, '1.0E7'],
    [123_456_789, '1.23456789E8'],
    [-1.5e300, '-1.5E300'],
    [5e-324, '5.0E-324'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ])('%s is spelt %s', (value, text) => {
    expect(javaDoubleText(value)).toBe(text);
  });

  test('is read from its spelling as the same number', () => {
    fc.assert(
      fc.property(fc.double(), value => {
        expect(Number(javaDoubleText(value))).toBe(value);
      }),
    );
  });

  test('stays a Double whatever its value', () => {
    fc.assert(
      fc.property(fc.double(), value => {
        const made = double(value);
        expect(numericKind(made)).toBe('double');
        expect(made instanceof Real ? made.value : made).toBe(value);
      }),
    );
  });
});

test('maps, lists and numbers are told apart', () => {
  const values = [null, true, 'a', 1, 1n, new Real('double', '1.0'), [], {}];
  expect(values.map(isNumeric)).toEqual([false, false, false, true, true, true, false, false]);
  expect(values.map(isMap)).toEqual([false, false, false, false, false, false, false, true]);
  expect(values.map(isList)).toEqual([false, false, false, false, false, false, true, false]);
  expect([isMap(undefined), isList(undefined)]).toEqual([false, false]);
});
