/** Builtins over lists and maps as wholes. */
import { isList, isMap, type Value, type ValueMap } from '../../../model/value.ts';
import { indicesOfList } from '../access.ts';
import { calculate } from '../arithmetic.ts';
import { raise } from '../jq-error.ts';
import { compare, described, equal, kindOf, numberOf, setOwn } from '../kinds.ts';
import type { Run } from '../run.ts';
import type { ValueTable } from './builtin.ts';

function listOf(value: Value, what: string): readonly Value[] {
  return isList(value) ? value : raise(`${described(value)} cannot be ${what}, as it is not an array`);
}

function itemsOf(value: Value): readonly Value[] {
  if (isList(value)) return value;
  if (isMap(value)) return Object.values(value);
  return raise(`Cannot iterate over ${described(value)}`);
}

/** The sum of the items. Lists and maps are gathered in one go: adding them one by one would cost the square. */
function add(value: Value, run: Run): Value {
  const items = itemsOf(value).filter(item => item !== null);
  run.step(items.length);
  if (items.length > 0 && items.every(isList)) {
    const joined = items.flat(1) as Value[];
    run.copied(joined.length);
    return joined;
  }
  if (items.length > 0 && items.every(isMap)) return mergeAll(items);
  if (items.length > 0 && items.every(item => typeof item === 'string')) {
    run.textLength(items.reduce<number>((total, item) => total + String(item).length, 0));
    return items.join('');
  }
  return items.reduce<Value>((sum, item) => calculate('+', sum, item, run), null);
}

function mergeAll(maps: readonly ValueMap[]): Value {
  const sum: Record<string, Value> = {};
  for (const map of maps) for (const [key, item] of Object.entries(map)) setOwn(sum, key, item);
  return sum;
}

function flatten(value: Value, depth: number, run: Run): Value[] {
  const flat: Value[] = [];
  const visit = (items: readonly Value[], left: number) => {
    for (const item of items) {
      run.step();
      if (isList(item) && left > 0) visit(item, left - 1);
      else flat.push(item);
    }
  };
  visit(itemsOf(value), depth);
  return flat;
}

function transpose(value: Value): Value {
  const rows = listOf(value, 'transposed').map(row =>
    isList(row) ? row : raise(`Cannot index ${kindOf(row)} with number`),
  );
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  return Array.from({ length: width }, (_, column) => rows.map(row => row[column] ?? null));
}

/** The index of a value in a sorted list; where it is not, -1 less the index at which it would go in. */
function search(value: Value, wanted: Value, run: Run): Value {
  const list = listOf(value, 'searched from');
  let low = 0;
  let high = list.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const order = compare(list[middle] ?? null, wanted, run);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return -1 - low;
}

/** Where a text, a list or an item stands in another. */
function indices(value: Value, part: Value, run: Run): Value {
  if (value === null) return null;
  if (typeof value === 'string' && typeof part === 'string') return textIndices(value, part, run);
  if (!isList(value)) return raise(`Cannot determine indices of ${kindOf(part)} in ${kindOf(value)}`);
  if (isList(part)) return indicesOfList(value, part, run);
  return value.flatMap((item, index) => (equal(item, part, run) ? [index] : []));
}

/** In bytes of UTF-8, as jq 1.6 counts there: a defect of its own that is not matched; these are characters. */
function textIndices(text: string, part: string, run: Run): Value {
  if (part === '') return null;
  const found: number[] = [];
  let characters = 0;
  let counted = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    run.step();
    for (; counted < at; counted += (text.codePointAt(counted) ?? 0) > 0xffff ? 2 : 1) characters += 1;
    found.push(characters);
  }
  return found;
}

function endOf(found: Value, last: boolean): Value {
  return isList(found) ? ((last ? found.at(-1) : found[0]) ?? null) : null;
}

export const listFunctions: ValueTable = {
  'add/0': (value, _args, run) => (value === null ? null : add(value, run)),
  'reverse/0': value => {
    if (typeof value === 'string') return Array.from(value).reverse().join('');
    return value === null ? [] : [...listOf(value, 'reversed')].reverse();
  },
  'flatten/0': (value, _args, run) => flatten(value, Number.POSITIVE_INFINITY, run),
  'flatten/1': (value, [depth = null], run) => {
    const levels = numberOf(depth) ?? raise('flatten depth must be a number');
    return levels < 0 ? raise('flatten depth must not be negative') : flatten(value, levels, run);
  },
  'transpose/0': transpose,
  'bsearch/1': (value, [wanted = null], run) => search(value, wanted, run),
  'indices/1': (value, [part = null], run) => indices(value, part, run),
  'index/1': (value, [part = null], run) => endOf(indices(value, part, run), false),
  'rindex/1': (value, [part = null], run) => endOf(indices(value, part, run), true),
};
