/** Reading and setting what lies below a value by a key, an index or a slice. */
import { isList, isMap, type Value, type ValueMap } from '../../model/value.ts';
import { raise } from './jq-error.ts';
import { equal, kindOf, numberOf, ownValue, setOwn } from './kinds.ts';
import { maxListLength } from './limits.ts';
import type { Run } from './run.ts';

/** Containers that one update has made itself, and may change in place: so that an update of n places costs n. */
export type Owned = Set<object>;

/** `value[key]`: null where there is nothing. @throws Raised where the types do not fit. */
export function getAt(value: Value, key: Value, run: Run): Value {
  if (isMap(value) && typeof key === 'string') return ownValue(value, key) ?? null;
  const index = numberOf(key);
  if (isList(value) && index !== undefined) return itemAt(value, index);
  if (isMap(key) && (isList(value) || value === null || typeof value === 'string')) return getSlice(value, key, run);
  if (value === null && (typeof key === 'string' || index !== undefined || key === null)) return null;
  if (isList(value) && isList(key)) return indicesOfList(value, key, run);
  return raise(cannotIndex(value, key));
}

function cannotIndex(value: Value, key: Value): string {
  if (isMap(key) && isList(value)) return 'Start and end indices of an array slice must be numbers';
  return `Cannot index ${kindOf(value)} with ${typeof key === 'string' ? `string "${key}"` : kindOf(key)}`;
}

function itemAt(list: readonly Value[], index: number): Value {
  const whole = Math.floor(index);
  return list[whole < 0 ? whole + list.length : whole] ?? null;
}

/** Where one list stands in another. */
export function indicesOfList(list: readonly Value[], part: readonly Value[], run: Run): Value {
  if (part.length === 0) return null;
  const found: number[] = [];
  for (let at = 0; at + part.length <= list.length; at += 1) {
    run.step();
    if (part.every((item, offset) => equal(item, list[at + offset] ?? null, run))) found.push(at);
  }
  return found;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** The bounds of a slice, within 0 and the length; negative ones count from the end. */
function rangeOf(length: number, slice: ValueMap): Range {
  if (!Object.hasOwn(slice, 'start') && !Object.hasOwn(slice, 'end')) {
    raise('Start and end indices of an array slice must be numbers');
  }
  const bound = (key: string, absent: number, round: (n: number) => number) => {
    const value = ownValue(slice, key) ?? null;
    if (value === null) return absent;
    const given = numberOf(value);
    if (given === undefined) return raise('Start and end indices of an array slice must be numbers');
    const whole = round(given < 0 ? given + length : given);
    return Number.isNaN(whole) ? absent : Math.max(0, Math.min(length, whole));
  };
  const from = bound('start', 0, Math.floor);
  return { from, to: Math.max(from, bound('end', length, Math.ceil)) };
}

function getSlice(value: Value, slice: ValueMap, run: Run): Value {
  if (value === null) return null;
  if (typeof value === 'string') {
    const characters = Array.from(value);
    run.copied(characters.length);
    const { from, to } = rangeOf(characters.length, slice);
    return characters.slice(from, to).join('');
  }
  if (!isList(value)) return raise(cannotIndex(value, slice));
  const { from, to } = rangeOf(value.length, slice);
  run.copied(to - from);
  return value.slice(from, to);
}

/** The value with one thing below it set. @throws Raised where the types do not fit. */
function setAt(value: Value, key: Value, item: Value, run: Run, owned?: Owned): Value {
  if (typeof key === 'string' && (value === null || isMap(value))) {
    const map = ownMap(value, run, owned);
    setOwn(map, key, item);
    return map;
  }
  const index = numberOf(key);
  if (index !== undefined && (value === null || isList(value)))
    return setItem(value ?? [], Math.floor(index), item, run, owned);
  if (isMap(key) && (value === null || isList(value))) return setSlice(value ?? [], key, item, run);
  return raise(isMap(key) ? `Cannot update field at object index of ${kindOf(value)}` : cannotIndex(value, key));
}

function ownMap(value: ValueMap | null, run: Run, owned: Owned | undefined): Record<string, Value> {
  if (value !== null && owned?.has(value)) return value as Record<string, Value>;
  const map = value === null ? {} : copyMap(value, run);
  owned?.add(map);
  return map;
}

/** A copy to change. */
export function copyMap(value: ValueMap, run: Run): Record<string, Value> {
  chargeMap(value, run);
  return { ...value };
}

/** Copying a map costs 240 ns a key (measured), as much as four steps. */
export function chargeMap(value: ValueMap, run: Run): void {
  run.step(1 + Object.keys(value).length * 4);
}

function setItem(value: readonly Value[], index: number, item: Value, run: Run, owned: Owned | undefined): Value {
  const at = index < 0 ? index + value.length : index;
  if (at < 0) return raise('Out of bounds negative array index');
  if (at >= maxListLength) return raise('Array index too large');
  const list = owned?.has(value) ? (value as Value[]) : value.slice();
  if (list !== value) {
    run.copied(list.length);
    owned?.add(list);
  }
  if (at > list.length) {
    run.step((at - list.length) / 16);
    while (list.length < at) list.push(null);
  }
  list[at] = item;
  return list;
}

function setSlice(value: readonly Value[], slice: ValueMap, item: Value, run: Run): Value {
  if (!isList(item)) return raise('A slice of an array can only be assigned another array');
  const { from, to } = rangeOf(value.length, slice);
  run.copied(value.length + item.length);
  return [...value.slice(0, from), ...item, ...value.slice(to)];
}

/** What lies at the end of a path; null along it gives null. */
export function getPath(value: Value, path: readonly Value[], run: Run): Value {
  let at = value;
  for (const key of path) {
    if (at === null) return null;
    at = getAt(at, key, run);
  }
  return at;
}

/** The value with the end of a path replaced by what `change` makes of it. */
export function updatePath(
  value: Value,
  path: readonly Value[],
  change: (old: Value) => Value,
  run: Run,
  owned?: Owned,
  depth = 0,
): Value {
  const key = path[depth];
  if (depth === path.length || key === undefined) return change(value);
  if (depth > 5000) return raise('Path too deep');
  const child = updatePath(getAt(value, key, run), path, change, run, owned, depth + 1);
  return setAt(value, key, child, run, owned);
}

/** The value without what the paths lead to. One level at a time, so that deleting n items costs n. */
export function deletePaths(value: Value, paths: readonly (readonly Value[])[], run: Run, depth = 0): Value {
  if (paths.some(path => path.length === depth)) return null;
  if (value === null || paths.length === 0) return value;
  const groups = new Map<Value, (readonly Value[])[]>();
  for (const path of paths) {
    const key = path[depth] ?? null;
    const group = groups.get(key);
    if (group) group.push(path);
    else groups.set(key, [path]);
  }
  const gone: Value[] = [];
  let result: Value = value;
  const owned: Owned = new Set();
  for (const [key, group] of groups) {
    run.step();
    if (group.some(path => path.length === depth + 1)) gone.push(key);
    else {
      const child = getAt(result, key, run);
      if (child !== null) result = setAt(result, key, deletePaths(child, group, run, depth + 1), run, owned);
    }
  }
  return gone.length === 0 ? result : deleteKeys(result, gone, run);
}

function deleteKeys(value: Value, keys: readonly Value[], run: Run): Value {
  if (isMap(value)) {
    const names = new Set(
      keys.map(key =>
        typeof key === 'string' ? key : raise(`Cannot delete field at object index of ${kindOf(value)}`),
      ),
    );
    return Object.fromEntries(Object.entries(value).filter(([name]) => !names.has(name)));
  }
  if (!isList(value))
    return raise(
      `Cannot delete field at ${kindOf(keys[0] ?? null) === 'string' ? 'object' : 'array'} index of ${kindOf(value)}`,
    );
  const gone = new Set<number>();
  for (const key of keys) {
    const index = numberOf(key);
    if (index !== undefined) gone.add(Math.floor(index) < 0 ? Math.floor(index) + value.length : Math.floor(index));
    else if (isMap(key)) {
      const { from, to } = rangeOf(value.length, key);
      for (let at = from; at < to; at += 1) gone.add(at);
    } else return raise('Cannot delete field at object index of array');
  }
  run.copied(value.length);
  return value.filter((_, index) => !gone.has(index));
}
