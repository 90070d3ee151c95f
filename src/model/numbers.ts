/**
 * Java's arithmetic on the numeric kinds of `Value`, as Pebble's operators do it: the wider kind of the two operands
 * decides (BigDecimal, Double, Float, BigInteger, Long), and two Integers give a Long. BigDecimals take part as the
 * doubles nearest to them.
 * Two accidents of the original are left out: Integers do not wrap at 32 bits, BigIntegers are not cut to 32 bits.
 */
import { double, javaDoubleText, type NumericKind, numericKind, Real } from './value.ts';

/** A number of any of Java’s kinds. */
export type Numeric = number | bigint | Real;
export type Operation = 'add' | 'subtract' | 'multiply' | 'divide' | 'remainder';

/** @throws RangeError for a division of whole numbers by zero. */
export function calculate(operation: Operation, left: Numeric, right: Numeric): Numeric {
  if (typeof left === 'bigint' && typeof right === 'bigint') return wholeOperation(operation, left, right);
  const a = numericKind(left);
  const b = numericKind(right);
  if (a === 'bigdecimal' || b === 'bigdecimal') return decimalOperation(operation, left, right);
  if (a === 'double' || b === 'double') return double(plainOperation(operation, toNumber(left), toNumber(right)));
  if (a === 'float' || b === 'float') {
    return float(plainOperation(operation, Math.fround(toNumber(left)), Math.fround(toNumber(right))));
  }
  return wholeOperation(operation, toBigInt(left), toBigInt(right));
}

/** The negative, of the kind that multiplying by an Integer gives. */
export function negate(value: Numeric): Numeric {
  return calculate('multiply', -1, value);
}

/** Less than zero, zero or more than zero, by value whatever the kinds; NaN when either is not a number. */
export function compareNumbers(left: Numeric, right: Numeric): number {
  const a = comparable(left);
  const b = comparable(right);
  // `>=` and not `===`: a bigint and a number are compared by value.
  return a < b ? -1 : a > b ? 1 : a >= b ? 0 : Number.NaN;
}

/** The number as Java's `toString` prints it: `42`, `2.0`, `1.0E10`. */
export function numberText(value: Numeric): string {
  if (typeof value === 'number') return Number.isInteger(value) ? wholeText(value) : javaDoubleText(value);
  // A Double read from JSON keeps its spelling there (`1e3`); Java prints its value.
  if (value instanceof Real && value.kind === 'double') return javaDoubleText(value.value);
  return value.toString();
}

/** The nearest JavaScript number. */
export function toNumber(value: Numeric): number {
  return value instanceof Real ? value.value : Number(value);
}

/** Java's `longValue`: the fraction is cut. */
export function toBigInt(value: Numeric): bigint {
  if (typeof value === 'bigint') return value;
  const number = Math.trunc(toNumber(value));
  if (Number.isNaN(number)) return 0n;
  if (!Number.isFinite(number)) return number > 0 ? 2n ** 63n - 1n : -(2n ** 63n);
  return BigInt(number);
}

/** A Float, spelt with the fewest digits that give the same 32-bit number, as `Float.toString` does. */
export function float(value: number): Real {
  const single = Math.fround(value);
  if (!Number.isFinite(single) || single === 0) return new Real('float', javaDoubleText(single));
  for (let digits = 1; digits < 9; digits++) {
    const candidate = Number(single.toPrecision(digits));
    if (Math.fround(candidate) === single) return new Real('float', javaDoubleText(candidate));
  }
  return new Real('float', javaDoubleText(Number(single.toPrecision(9))));
}

/** A BigDecimal from its text, normalised as `BigDecimal.toString`. Undefined when the text is not a decimal number. */
export function bigDecimal(text: string): Real | undefined {
  const decimal = parseDecimal(text);
  return decimal && new Real('big', decimalText(decimal));
}

/** As `numberText`, but a BigDecimal without an exponent: how Pebble prints a value that stands alone. */
export function plainNumberText(value: Numeric): string {
  const text = numberText(value);
  if (!(value instanceof Real) || value.kind !== 'big' || !text.includes('E')) return text;
  const decimal = parseDecimal(text);
  if (!decimal) return text;
  const { unscaled, scale } = decimal;
  return decimalText(scale > 0 ? decimal : { unscaled: unscaled * 10n ** BigInt(-scale), scale: 0 }, true);
}

/** Whether a BigDecimal is as much as the double nearest to it is written with. */
export function isNearestDouble(value: Real): boolean {
  const exact = parseDecimal(value.text);
  const nearest = parseDecimal(javaDoubleText(value.value));
  return exact !== undefined && nearest !== undefined && decimalResult('subtract', exact, nearest).unscaled === 0n;
}

const classNames: Record<NumericKind, string> = {
  integer: 'java.lang.Integer',
  long: 'java.lang.Long',
  biginteger: 'java.math.BigInteger',
  double: 'java.lang.Double',
  float: 'java.lang.Float',
  bigdecimal: 'java.math.BigDecimal',
};

export function numberClassName(value: Numeric): string {
  return classNames[numericKind(value)];
}

function wholeText(value: number): string {
  return Math.abs(value) < 1e21 ? String(value) : BigInt(value).toString();
}

function comparable(value: Numeric): number | bigint {
  return value instanceof Real ? value.value : value;
}

function wholeOperation(operation: Operation, left: bigint, right: bigint): bigint {
  const result = exactOperation(operation, left, right);
  const long = BigInt.asIntN(64, result);
  if (long === result) return result;
  const big = BigInt.asIntN(64, left) !== left || BigInt.asIntN(64, right) !== right;
  return big ? result : long;
}

function exactOperation(operation: Operation, left: bigint, right: bigint): bigint {
  switch (operation) {
    case 'add':
      return left + right;
    case 'subtract':
      return left - right;
    case 'multiply':
      return left * right;
    case 'divide':
      return left / right;
    case 'remainder':
      return left % right;
  }
}

function plainOperation(operation: Operation, left: number, right: number): number {
  switch (operation) {
    case 'add':
      return left + right;
    case 'subtract':
      return left - right;
    case 'multiply':
      return left * right;
    case 'divide':
      return left / right;
    case 'remainder':
      return left % right;
  }
}

/** unscaled × 10^-scale, as java.math.BigDecimal has it. */
interface Decimal {
  readonly unscaled: bigint;
  readonly scale: number;
}

/** Digits of MathContext.DECIMAL128. */
const precision = 34;

function decimalOperation(operation: Operation, left: Numeric, right: Numeric): Real {
  const a = parseDecimal(javaDoubleText(toNumber(left)));
  const b = parseDecimal(javaDoubleText(toNumber(right)));
  if (!a || !b) throw new RangeError('Infinite or NaN');
  return new Real('big', decimalText(decimalResult(operation, a, b)));
}

function decimalResult(operation: Operation, a: Decimal, b: Decimal): Decimal {
  if (operation === 'multiply') return { unscaled: a.unscaled * b.unscaled, scale: a.scale + b.scale };
  if (operation === 'divide') return divideDecimals(a, b);
  const scale = Math.max(a.scale, b.scale);
  const x = a.unscaled * 10n ** BigInt(scale - a.scale);
  const y = b.unscaled * 10n ** BigInt(scale - b.scale);
  return { unscaled: exactOperation(operation, x, y), scale };
}

function divideDecimals(a: Decimal, b: Decimal): Decimal {
  if (b.unscaled === 0n) throw new RangeError('Division by zero');
  const preferred = a.scale - b.scale;
  const shift = precision + 3 + digitsOf(b.unscaled);
  const numerator = a.unscaled * 10n ** BigInt(shift);
  let unscaled = numerator / b.unscaled;
  // A digit that is not zero stands for what was cut, so that rounding half up sees it.
  if (numerator % b.unscaled !== 0n) unscaled = unscaled * 10n + (unscaled < 0n ? -1n : 1n);
  const extra = numerator % b.unscaled !== 0n ? 1 : 0;
  return strip(round({ unscaled, scale: preferred + shift + extra }), preferred);
}

function strip(value: Decimal, preferred: number): Decimal {
  let { unscaled, scale } = value;
  while (scale > preferred && unscaled % 10n === 0n) {
    unscaled /= 10n;
    scale--;
  }
  return { unscaled, scale };
}

function round(value: Decimal): Decimal {
  const surplus = digitsOf(value.unscaled) - precision;
  if (surplus <= 0) return value;
  const unit = 10n ** BigInt(surplus);
  const half = unit / 2n;
  const quotient = value.unscaled / unit;
  const rest = value.unscaled % unit;
  const size = rest < 0n ? -rest : rest;
  const up = size > half || (size === half && quotient % 2n !== 0n);
  const step = value.unscaled < 0n ? -1n : 1n;
  return { unscaled: up ? quotient + step : quotient, scale: value.scale - surplus };
}

function digitsOf(value: bigint): number {
  return (value < 0n ? -value : value).toString().length;
}

function parseDecimal(text: string): Decimal | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
  if (!match) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const unscaled = BigInt(`${whole}${fraction}`);
  return { unscaled: sign === '-' ? -unscaled : unscaled, scale: fraction.length - Number(exponent) };
}

function decimalText({ unscaled, scale }: Decimal, plain = false): string {
  const sign = unscaled < 0n ? '-' : '';
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString();
  const exponent = digits.length - 1 - scale;
  if (scale >= 0 && (plain || exponent >= -6)) {
    if (scale === 0) return sign + digits;
    const padded = digits.padStart(scale + 1, '0');
    return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
  }
  const mantissa = digits.length > 1 ? `${digits[0]}.${digits.slice(1)}` : digits;
  return `${sign}${mantissa}E${exponent >= 0 ? '+' : ''}${exponent}`;
}
