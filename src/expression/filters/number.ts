/** `number(type)` and `abs`. */
import { bigDecimal, float, isNearestDouble, negate } from '../../model/numbers.ts';
import { double, isNumeric, javaDoubleText, Real, type Value } from '../../model/value.ts';
import { Fault } from '../expression-error.ts';
import type { Args, Filter } from '../invocable.ts';
import { className } from '../java-values.ts';
import { optionalText } from '../typed-arguments.ts';

export const numberFilters = {
  abs: { apply: abs },
  number: { parameters: ['type'], apply: number },
} satisfies Record<string, Filter>;

function abs(input: Value): Value {
  if (input === null) throw new Fault('Can not pass null value to "abs" filter.');
  if (!isNumeric(input)) throw new Fault("The 'abs' filter does require as input a number.");
  // Only the sign changes, not the kind or the spelling; -0.0 has one too.
  if (input instanceof Real) return new Real(input.kind, input.text.replace(/^-/, ''));
  if (typeof input === 'number') return Math.abs(input);
  return input < 0n ? negate(input) : input;
}

function number(input: Value, [type]: Args): Value {
  if (input === null) return null;
  if (typeof input !== 'string') {
    throw new Fault(`'number' filter can only be applied to String. Actual type was: ${className(input)}`);
  }
  switch (optionalText(type, 'type') ?? '') {
    case 'INT':
      return wholeNumber(input, 32);
    case 'LONG':
      return wholeNumber(input, 64);
    case 'BIGINTEGER':
      return wholeNumber(input, Number.POSITIVE_INFINITY);
    case 'FLOAT':
      return float(realNumber(input));
    case 'DOUBLE':
      return double(realNumber(input));
    case 'BIGDECIMAL':
      return bigDecimal(input) ?? invalid(input);
    default:
      return anyNumber(input);
  }
}

/** As commons-lang's createNumber: hexadecimal, octal with a leading 0, suffixes L F D, else the smallest kind that holds it. */
function anyNumber(text: string): Value {
  if (text.trim() === '') throw new Fault('A blank string is not a valid number');
  const suffixed = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([fFdDlL])$/.exec(text);
  if (suffixed) {
    const [, body = '', suffix = ''] = suffixed;
    if (suffix === 'l' || suffix === 'L') return wholeNumber(body, 64);
    return suffix === 'f' || suffix === 'F' ? float(realNumber(body)) : double(realNumber(body));
  }
  if (!/[.eE]/.test(text) || /^[+-]?(?:0[xX]|#)/.test(text)) return smallestWhole(parseWhole(text) ?? invalid(text));
  const exact = bigDecimal(text) ?? invalid(text);
  const value = Number(text);
  if (!Number.isFinite(value) || (value === 0 && /^[^eE]*[1-9]/.test(text))) return exact;
  const single = float(value);
  if (single.text === javaDoubleText(value)) return single;
  return isNearestDouble(exact) ? double(value) : exact;
}

function smallestWhole(value: bigint): Value {
  return BigInt.asIntN(32, value) === value ? Number(value) : value;
}

function wholeNumber(text: string, bits: number): Value {
  const value = parseWhole(text);
  if (value === undefined || (Number.isFinite(bits) && BigInt.asIntN(bits, value) !== value)) {
    throw new Fault(`For input string: "${text}"`);
  }
  return bits === 32 ? Number(value) : value;
}

/** Java's `decode`: `0x1F`, `#1F` and `017` too. */
function parseWhole(text: string): bigint | undefined {
  const match = /^([+-]?)(?:(?:0[xX]|#)([0-9a-fA-F]+)|0([0-7]+)|(0|[1-9]\d*))$/.exec(text);
  if (!match) return undefined;
  const [, sign, hexadecimal, octal, decimal = ''] = match;
  const value = BigInt(hexadecimal ? `0x${hexadecimal}` : octal ? `0o${octal}` : decimal);
  return sign === '-' ? -value : value;
}

function realNumber(text: string): number {
  // A letter for the type may follow, whichever is asked for: `1.5d`, `1.5f`.
  const match = /^([+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?=[fFdD]?$)|Infinity$|NaN$))/.exec(text.trim());
  if (!match) throw new Fault(`For input string: "${text}"`);
  return Number(match[0]);
}

function invalid(text: string): never {
  throw new Fault(`${text} is not a valid number.`);
}
