/**
 * The values that flows, expressions, outputs and the store share: JSON, with Java's numeric kinds kept.
 *
 * | in Java           | here                                                     |
 * |-------------------|----------------------------------------------------------|
 * | Integer           | `number`, integral, within 32 bits                       |
 * | Long              | `bigint` within 64 bits (an integral `number` beyond 32 bits counts as Long too) |
 * | BigInteger        | `bigint` beyond 64 bits                                  |
 * | Double            | `number` with a fraction; `Real` where it has none (1.0) |
 * | Float, BigDecimal | `Real`                                                   |
 *
 * Host code may therefore use plain numbers; only what JSON would lose needs a `Real` or a `bigint`.
 */
export type Value = null | boolean | string | number | bigint | Real | readonly Value[] | ValueMap;

/** A map of values. Read it with `Object.hasOwn`; build it with `Object.fromEntries` or a literal, never from a user's key by assignment. */
export interface ValueMap {
  readonly [key: string]: Value;
}

/** A non-integer number whose Java kind or spelling a JavaScript number would lose: `1.0`, `1.0E10`, a Float, a BigDecimal. */
export class Real {
  readonly kind: 'double' | 'float' | 'big';
  /** The number as JSON and Java print it. */
  readonly text: string;

  constructor(kind: 'double' | 'float' | 'big', text: string) {
    this.kind = kind;
    this.text = text;
  }

  /** The nearest JavaScript number; of a Float, its 32 bits and not what the short text says. */
  get value(): number {
    const number = Number(this.text);
    return this.kind === 'float' ? Math.fround(number) : number;
  }

  toString(): string {
    return this.text;
  }
}

/** The Java class that a number would have, which decides how it is printed and counted. */
export type NumericKind = 'integer' | 'long' | 'biginteger' | 'double' | 'float' | 'bigdecimal';

/** True for every value that is a number of some kind. */
export function isNumeric(value: Value): value is number | bigint | Real {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof Real;
}

/** True for a map: not null, not a list, not a number object. */
export function isMap(value: Value | undefined): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Real);
}

/** True for a list. `Array.isArray` alone does not narrow a readonly list. */
export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** The Java kind of a number, as the table above says. */
export function numericKind(value: number | bigint | Real): NumericKind {
  if (value instanceof Real) return value.kind === 'big' ? 'bigdecimal' : value.kind;
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value ? 'long' : 'biginteger';
  if (!Number.isInteger(value)) return 'double';
  return value === (value | 0) ? 'integer' : 'long';
}

/** A Double: a plain number where that keeps its kind, else a `Real` spelt as Java does (`5.0`, `1.0E10`). */
export function double(value: number): number | Real {
  if (!Number.isInteger(value)) return value;
  return new Real('double', javaDoubleText(value));
}

/** How Java's `Double.toString` spells a number: `2.5`, `1.0E10`, `1.0E-5`, `NaN`, `Infinity`. */
export function javaDoubleText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-3 && magnitude < 1e7) {
    const text = String(value);
    return text.includes('.') ? text : `${text}.0`;
  }
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  return `${mantissa.includes('.') ? mantissa : `${mantissa}.0`}E${Number(exponent)}`;
}
