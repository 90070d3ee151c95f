/** What the operators do with two values. */
import { calculate, compareNumbers, type Operation, toNumber } from '../model/numbers.ts';
import { isList, isMap, isNumeric, type Value } from '../model/value.ts';
import { Fault } from './expression-error.ts';
import { isJavaArray, isJavaList, javaEquals, javaText, kindOf } from './java-values.ts';
import { checkTextLength } from './limits.ts';

export const operationNames: Readonly<Record<Operation, string>> = {
  add: 'addition',
  subtract: 'subtraction',
  multiply: 'multiplication',
  divide: 'division',
  remainder: 'modulus',
};

/** `+`: texts are joined, a list is appended to, numbers are added. */
export function add(left: Value, right: Value): Value {
  if (typeof left === 'string' || typeof right === 'string') return join(javaText(left), javaText(right));
  if (isJavaList(left)) return isList(right) && !isJavaArray(right) ? [...left, ...right] : [...left, right];
  return arithmetic('add', left, right);
}

/** `-`: a list loses what equals the right side: the first such item, or all that are in a list. */
export function subtract(left: Value, right: Value): Value {
  if (!isJavaList(left)) return arithmetic('subtract', left, right);
  if (isList(right)) return left.filter(item => !right.some(other => javaEquals(item, other)));
  const index = left.findIndex(item => javaEquals(item, right));
  return left.filter((_, i) => i !== index);
}

/** @throws Fault for operands that are not numbers, and for whole numbers divided by zero. */
export function arithmetic(operation: Operation, left: Value, right: Value): Value {
  if (!isNumeric(left) || !isNumeric(right)) {
    const wrong = isNumeric(left) ? right : left;
    throw new Fault(`Could not perform ${operationNames[operation]}: ${describe(wrong)} is not a number`);
  }
  try {
    return calculate(operation, left, right);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Fault(`Could not perform ${operationNames[operation]}: ${error.message}`);
  }
}

export function join(left: string, right: string): string {
  checkTextLength(left.length + right.length);
  return left + right;
}

/** `==`: numbers by value, all else as Java's `equals`. */
export function equals(left: Value, right: Value): boolean {
  if (isNumeric(left) && isNumeric(right)) return compareNumbers(left, right) === 0;
  return javaEquals(left, right);
}

/** The order of two numbers; NaN where one is null or not a number, which makes every comparison false. */
export function order(left: Value, right: Value): number {
  if (left === null || right === null) return Number.NaN;
  if (!isNumeric(left) || !isNumeric(right)) {
    const wrong = isNumeric(left) ? right : left;
    throw new Fault(`Could not compare: ${describe(wrong)} is not a number; only numbers have an order`);
  }
  return compareNumbers(left, right);
}

/** `contains`: an item of a list, a key of a map, a part of a text. */
export function contains(left: Value, right: Value): boolean {
  if (left === null) return false;
  if (isList(left)) {
    const has = (wanted: Value) => left.some(item => javaEquals(item, wanted));
    return isList(right) ? right.every(has) : has(right);
  }
  if (isMap(left)) return typeof right === 'string' && Object.hasOwn(left, right);
  if (typeof left === 'string') return left.includes(javaText(right));
  throw new Fault(`The contains operator works on texts, lists and maps, not on a ${kindOf(left)}`);
}

/** `isIn`: compares texts, whatever the types; of a map keys and values count. */
export function isIn(left: Value, right: Value): boolean {
  if (left === null) return false;
  const wanted = javaText(left);
  if (isList(right)) return right.some(item => javaText(item) === wanted);
  if (!isMap(right)) return false;
  return Object.hasOwn(right, wanted) || Object.values(right).some(item => javaText(item) === wanted);
}

/** Pebble's conversion of an operand to a Boolean; undefined for null. @throws Fault for lists and maps. */
export function toBoolean(value: Value): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === null) return undefined;
  if (typeof value === 'string') return value !== '';
  if (isNumeric(value)) {
    const number = toNumber(value);
    return number !== 0 && !Number.isNaN(number);
  }
  throw new Fault(`A ${kindOf(value)} cannot be a condition; write \`is not empty\``);
}

/** The kind only: a value in a message could be part of a secret. */
function describe(value: Value): string {
  return value === null ? 'null' : `a ${kindOf(value)}`;
}
