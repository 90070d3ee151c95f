/** Java's numbers. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bigDecimal, calculate, compareNumbers, float, numberText } from '../../src/model/numbers.ts';
import { numericKind, Real } from '../../src/model/value.ts';

const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

describe('whole numbers', () => {
  test('stay within 64 bits, as Java wraps them', () => {
    fc.assert(
      fc.property(long, long, (a, b) => {
        expect(calculate('add', a, b)).toBe(BigInt.asIntN(64, a + b));
        expect(calculate('multiply', a, b)).toBe(BigInt.asIntN(64, a * b));
        if (b !== 0n) {
          const quotient = calculate('divide', a, b) as bigint;
          const rest = calculate('remainder', a, b) as bigint;
          expect(BigInt.asIntN(64, quotient * b + rest)).toBe(a);
        }
      }),
    );
  });

  test('are cut, not rounded, by division; two Integers give a Long', () => {
    expect([calculate('divide', 7, 2), calculate('divide', -7, 2), calculate('remainder', -7, 3)]).toEqual([
      3n,
      -3n,
      -1n,
    ]);
    expect(() => calculate('divide', 1n, 0n)).toThrow(RangeError);
  });

  test('beyond 64 bits stay whole', () => {
    expect(calculate('add', 2n ** 70n, 1n)).toBe(2n ** 70n + 1n);
  });
});

describe('other kinds', () => {
  test('a Double wins over a Long, and prints as in Java', () => {
    expect(numberText(calculate('multiply', 2.5, 2n))).toBe('5.0');
    expect(numberText(calculate('divide', new Real('double', '1.0'), 0n))).toBe('Infinity');
    expect(numberText(calculate('multiply', new Real('double', '10000000.0'), 1000))).toBe('1.0E10');
    expect(numberText(new Real('double', '1e3'))).toBe('1000.0');
  });

  test('a Float has the fewest digits that name it', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), value => {
        const { text, value: number } = float(value);
        expect(Math.fround(number)).toBe(value);
        expect(text.length).toBeLessThanOrEqual(15);
      }),
    );
    expect(numberText(calculate('add', float(0.1), float(0.2)))).toBe('0.3');
  });

  test.each([
    ['0.1', 'add', '0.2', '0.3'],
    ['1.10', 'add', '1', '2.1'],
    ['1', 'divide', '3', '0.3333333333333333333333333333333333'],
    ['2', 'divide', '3', '0.6666666666666666666666666666666667'],
    ['10', 'divide', '4', '2.5'],
    ['1.5', 'multiply', '1.50', '2.25'],
    ['7.5', 'remainder', '2', '1.5'],
    ['1E+3', 'add', '1', '1001.0'],
    ['1E-10', 'add', '0', '1.0E-10'],
  ] as const)('BigDecimal: %s %s %s = %s', (left, operation, right, expected) => {
    const result = calculate(operation, bigDecimal(left) ?? 0, bigDecimal(right) ?? 0);
    expect(numericKind(result)).toBe('bigdecimal');
    expect(numberText(result)).toBe(expected);
  });

  test('are compared by value, exactly', () => {
    expect(compareNumbers(9007199254740993n, 9007199254740992)).toBe(1);
    expect(compareNumbers(1, new Real('double', '1.0'))).toBe(0);
    expect(compareNumbers(Number.NaN, 1)).toBeNaN();
  });
});
