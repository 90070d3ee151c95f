/** Sorting, grouping and extremes, by jq's order of values. */
import { isList, type Value } from '../../../model/value.ts';
import { raise } from '../jq-error.ts';
import { compare, described, equal } from '../kinds.ts';
import { type Closure, computed, type Emit, outputsOf, type Run } from '../run.ts';
import type { Call, FilterTable, ValueTable } from './builtin.ts';

interface Keyed {
  readonly item: Value;
  /** All outputs of the key expression, as a list. */
  readonly key: Value;
}

function listOf(value: Value, what: string): readonly Value[] {
  return isList(value) ? value : raise(`${described(value)} cannot be ${what}, as it is not an array`);
}

function keyed(call: Call, by: Closure | undefined, what: string): Keyed[] {
  return listOf(call.input, what).map(item => ({ item, key: by ? outputsOf(by, item) : item }));
}

function sorted(items: Keyed[], run: Run): Keyed[] {
  run.step(items.length);
  return items.sort((a, b) => compare(a.key, b.key, run));
}

/** Runs of equal keys, in the order of the keys. */
function groups(items: Keyed[], run: Run): Keyed[][] {
  const all: Keyed[][] = [];
  for (const item of sorted(items, run)) {
    const group = all.at(-1);
    if (group?.[0] && equal(group[0].key, item.key, run)) group.push(item);
    else all.push([item]);
  }
  return all;
}

/** Of equal ones the first for the least, the last for the greatest, as in jq. */
function extreme(items: readonly Keyed[], sign: 1 | -1, run: Run): Value {
  let best: Keyed | undefined;
  for (const item of items) {
    const order = best ? compare(item.key, best.key, run) * sign : -1;
    if (order < 0 || (order === 0 && sign < 0)) best = item;
  }
  return best?.item ?? null;
}

const itself = (value: Value, what: string) => listOf(value, what).map(item => ({ item, key: item }));
const itemOf = (item: Keyed) => item.item;

function emitted(compute: (by: Closure | undefined, call: Call) => Value) {
  return ([by]: readonly Closure[], call: Call, emit: Emit) => emit(compute(by, call), computed(call.trail));
}

export const sortingFunctions: ValueTable = {
  'sort/0': (value, _args, run) => sorted(itself(value, 'sorted'), run).map(itemOf),
  'unique/0': (value, _args, run) => groups(itself(value, 'sorted'), run).map(group => group[0]?.item ?? null),
  'min/0': (value, _args, run) => extreme(itself(value, 'iterated over'), 1, run),
  'max/0': (value, _args, run) => extreme(itself(value, 'iterated over'), -1, run),
};

export const sortingFilters: FilterTable = {
  'sort_by/1': emitted((by, call) => sorted(keyed(call, by, 'sorted'), call.run).map(itemOf)),
  'group_by/1': emitted((by, call) => groups(keyed(call, by, 'grouped'), call.run).map(group => group.map(itemOf))),
  'unique_by/1': emitted((by, call) =>
    groups(keyed(call, by, 'grouped'), call.run).map(group => group[0]?.item ?? null),
  ),
  'min_by/1': emitted((by, call) => extreme(keyed(call, by, 'iterated over'), 1, call.run)),
  'max_by/1': emitted((by, call) => extreme(keyed(call, by, 'iterated over'), -1, call.run)),
};
