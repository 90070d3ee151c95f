/** The six types of jq, their order, and what counts as true. */
import { isList, isMap, Real, type Value, type ValueMap } from '../../model/value.ts';
import { excerpt } from './json-text.ts';
import type { Run } from './run.ts';

export type Kind = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

export function kindOf(value: Value): Kind {
  if (value === null) return 'null';
  if (isList(value)) return 'array';
  if (isMap(value)) return 'object';
  if (typeof value === 'string') return 'string';
  return typeof value === 'boolean' ? 'boolean' : 'number';
}

/** `number (5)`: a value as messages name it. */
export function described(value: Value): string {
  return value === null ? 'null (null)' : `${kindOf(value)} (${excerpt(value)})`;
}

export function isTrue(value: Value): boolean {
  return value !== null && value !== false;
}

/** The JavaScript number of a numeric value, undefined for anything else. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return value instanceof Real ? value.value : undefined;
}

/** A key's value, undefined where the map has none of its own. */
export function ownValue(map: ValueMap, key: string): Value | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

/** Sets a key of a map that this code has made; a plain assignment would take `__proto__` for the prototype. */
export function setOwn(map: Record<string, Value>, key: string, value: Value): void {
  if (key === '__proto__') {
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  } else map[key] = value;
}

const ranks: Readonly<Record<Kind, number>> = { null: 0, boolean: 1, number: 3, string: 4, array: 5, object: 6 };

function rank(value: Value): number {
  // false sorts before true, as types of their own.
  return value === true ? 2 : ranks[kindOf(value)];
}

/** Negative, zero or positive: jq's order of all values. NaN is below every number, itself too. */
export function compare(left: Value, right: Value, run: Run): number {
  if (typeof left === 'string' && typeof right === 'string') {
    if (left.length > 1000) run.step(left.length / 1000);
    return compareText(left, right);
  }
  const a = numberOf(left);
  const b = numberOf(right);
  if (a !== undefined && b !== undefined) return compareNumbers(left, a, right, b);
  if (isList(left) && isList(right)) return compareLists(left, right, run);
  if (isMap(left) && isMap(right)) return compareMaps(left, right, run);
  return rank(left) - rank(right);
}

function compareNumbers(left: Value, a: number, right: Value, b: number): number {
  if (typeof left === 'bigint' && typeof right === 'bigint') return left < right ? -1 : left > right ? 1 : 0;
  if (Number.isNaN(a)) return -1;
  return a < b ? -1 : a > b ? 1 : Number.isNaN(b) ? 1 : 0;
}

/** By code point, as jq's UTF-8 does; JavaScript's own order differs above U+FFFF. */
function compareText(left: string, right: string): number {
  if (left === right) return 0;
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a === b) continue;
    const surrogates = isSurrogate(a) !== isSurrogate(b);
    return surrogates ? (left.codePointAt(at) ?? 0) - (right.codePointAt(at) ?? 0) : a - b;
  }
  return left.length - right.length;
}

function compareLists(left: readonly Value[], right: readonly Value[], run: Run): number {
  run.step(1 / 4);
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at += 1) {
    const order = compare(left[at] ?? null, right[at] ?? null, run);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** The sorted keys decide first, then the values in their order. */
function compareMaps(left: ValueMap, right: ValueMap, run: Run): number {
  run.step(1 / 4);
  const keys = sortedKeys(left);
  const order = compareLists(keys, sortedKeys(right), run);
  if (order !== 0) return order;
  for (const key of keys) {
    const values = compare(ownValue(left, key) ?? null, ownValue(right, key) ?? null, run);
    if (values !== 0) return values;
  }
  return 0;
}

export function sortedKeys(map: ValueMap): string[] {
  return Object.keys(map).sort(compareText);
}

export function equal(left: Value, right: Value, run: Run): boolean {
  return left === right || compare(left, right, run) === 0;
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xe000;
}
