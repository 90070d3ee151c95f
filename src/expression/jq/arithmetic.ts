/** `+ - * / %` on all types, as jq defines them. */
import { double, isList, isMap, type Value, type ValueMap } from '../../model/value.ts';
import { chargeMap } from './access.ts';
import { raise } from './jq-error.ts';
import { described, equal, numberOf, ownValue, setOwn } from './kinds.ts';
import type { Run } from './run.ts';

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';

/** A result as a value: integral ones are Integers or Longs, those beyond 64 bits Doubles. */
export function numeric(value: number): Value {
  return Math.abs(value) >= 2 ** 63 && Number.isInteger(value) ? double(value) : value;
}

/** @throws Raised where the types do not fit; JqError where a text or list would grow beyond the limits. */
export function calculate(operator: ArithmeticOperator, left: Value, right: Value, run: Run): Value {
  switch (operator) {
    case '+':
      return add(left, right, run);
    case '-':
      return subtract(left, right, run);
    case '*':
      return multiply(left, right, run);
    case '/':
      return divide(left, right);
    case '%':
      return modulo(left, right);
  }
}

function add(left: Value, right: Value, run: Run): Value {
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== undefined && b !== undefined) return numeric(a + b);
  if (left === null) return right;
  if (right === null) return left;
  if (typeof left === 'string' && typeof right === 'string') {
    // Joined without a copy, so it is not charged: texts are built by many small additions.
    run.textLength(left.length + right.length);
    return left + right;
  }
  if (isList(left) && isList(right)) {
    run.copied(left.length + right.length);
    return left.concat(right);
  }
  if (isMap(left) && isMap(right)) {
    chargeMap(left, run);
    return { ...left, ...right };
  }
  return raise(`${described(left)} and ${described(right)} cannot be added`);
}

function subtract(left: Value, right: Value, run: Run): Value {
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== undefined && b !== undefined) return numeric(a - b);
  if (isList(left) && isList(right)) return without(left, right, run);
  return raise(`${described(left)} and ${described(right)} cannot be subtracted`);
}

/** The items that are not in `gone`. Texts and plain numbers are looked up, the rest compared one by one. */
function without(list: readonly Value[], gone: readonly Value[], run: Run): Value[] {
  const plain = new Set(gone.filter(isPlain));
  const others = gone.filter(item => !isPlain(item));
  run.copied(list.length + gone.length);
  return list.filter(item => {
    if (isPlain(item) && plain.has(item)) return false;
    run.step((isPlain(item) ? others : gone).length / 16);
    return !(isPlain(item) ? others : gone).some(other => equal(item, other, run));
  });
}

function isPlain(value: Value): boolean {
  return typeof value === 'string' || (typeof value === 'number' && !Number.isNaN(value));
}

function multiply(left: Value, right: Value, run: Run): Value {
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== undefined && b !== undefined) return numeric(a * b);
  if (typeof left === 'string' && b !== undefined) return repeat(left, b, run);
  if (typeof right === 'string' && a !== undefined) return repeat(right, a, run);
  if (isMap(left) && isMap(right)) return merge(left, right, run);
  return raise(`${described(left)} and ${described(right)} cannot be multiplied`);
}

/** Null for zero and below; a fraction is cut, but not to zero (jq 1.6: `"a" * 0.5` is "a"). */
function repeat(text: string, count: number, run: Run): Value {
  if (!(count > 0)) return null;
  const times = Math.max(1, Math.trunc(count));
  run.textLength(text.length * times);
  return run.text(text.repeat(times));
}

function merge(left: ValueMap, right: ValueMap, run: Run): ValueMap {
  const result: Record<string, Value> = { ...left };
  for (const [key, value] of Object.entries(right)) {
    run.step();
    const old = ownValue(left, key);
    setOwn(result, key, isMap(old) && isMap(value) ? merge(old, value, run) : value);
  }
  return result;
}

function divide(left: Value, right: Value): Value {
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== undefined && b !== undefined) {
    if (b === 0) raise(`${described(left)} and ${described(right)} cannot be divided because the divisor is zero`);
    return numeric(a / b);
  }
  if (typeof left === 'string' && typeof right === 'string') return splitText(left, right);
  return raise(`${described(left)} and ${described(right)} cannot be divided`);
}

/** An empty text has no parts; an empty separator parts it into its characters. */
export function splitText(text: string, separator: string): Value {
  if (text === '') return [];
  return separator === '' ? Array.from(text) : text.split(separator);
}

function modulo(left: Value, right: Value): Value {
  const a = numberOf(left);
  const b = numberOf(right);
  if (a === undefined || b === undefined) return raise(`${described(left)} and ${described(right)} cannot be divided`);
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.NaN;
  const divisor = Math.abs(wholePart(b));
  if (divisor === 0)
    return raise(
      `${described(left)} and ${described(right)} cannot be divided (remainder) because the divisor is zero`,
    );
  // The result has the left side's sign, and is never -0.
  return (wholePart(a) % divisor) + 0;
}

function wholePart(value: number): number {
  return Math.trunc(Math.max(-(2 ** 63), Math.min(2 ** 63, value)));
}
