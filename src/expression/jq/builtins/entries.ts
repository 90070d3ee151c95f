/** Maps as lists of entries and back, and changes to every item. */
import { isList, isMap, type Value } from '../../../model/value.ts';
import { iterate } from '../compile-access.ts';
import { raise } from '../jq-error.ts';
import { excerpt } from '../json-text.ts';
import { described, kindOf, numberOf, ownValue, setOwn } from '../kinds.ts';
import { type Closure, computed, each, type Run } from '../run.ts';
import type { FilterTable } from './builtin.ts';
import { eachValue } from './flow.ts';

function toEntries(value: Value, run: Run): Value[] {
  const entries: Value[] = [];
  if (isList(value)) for (const [key, item] of value.entries()) entries.push({ key, value: item });
  else if (isMap(value)) for (const [key, item] of Object.entries(value)) entries.push({ key, value: item });
  else raise(`${described(value)} has no keys`);
  run.step(entries.length);
  return entries;
}

const keyNames = ['key', 'k', 'name', 'Name', 'Key', 'K'] as const;
const valueNames = ['value', 'v', 'Value', 'V'] as const;

function fromEntries(entries: readonly Value[], run: Run): Value {
  const map: Record<string, Value> = {};
  for (const entry of entries) {
    run.step();
    if (!isMap(entry)) return raise(`Cannot index ${kindOf(entry)} with "key"`);
    const own = (name: string) => ownValue(entry, name) ?? null;
    const key = keyNames.map(own).find(found => found !== null && found !== false) ?? own('key');
    const valueName = valueNames.find(name => Object.hasOwn(entry, name));
    setOwn(map, keyText(key), valueName === undefined ? null : own(valueName));
  }
  return map;
}

function keyText(key: Value): string {
  if (typeof key === 'string') return key;
  if (key === null) return 'null';
  if (typeof key === 'boolean' || numberOf(key) !== undefined) return String(key);
  return raise(`Cannot use ${kindOf(key)} (${excerpt(key)}) as object key`);
}

function itemsOf(value: Value, run: Run): Value[] {
  const items: Value[] = [];
  iterate(value, undefined, run, item => items.push(item));
  return items;
}

/** The first output for each item; an item without output is left out. */
function mapValues(value: Value, step: Closure, run: Run): Value {
  const first = (item: Value, use: (output: Value) => void) =>
    each(step, item, undefined, output => {
      use(output);
      return false;
    });
  if (isMap(value)) {
    const map: Record<string, Value> = {};
    for (const [key, item] of Object.entries(value)) {
      run.step();
      first(item, output => setOwn(map, key, output));
    }
    return map;
  }
  const list: Value[] = [];
  for (const item of itemsOf(value, run)) first(item, output => list.push(output));
  return list;
}

/** From the innermost values outwards. */
function walk(value: Value, step: Closure, run: Run, use: (output: Value) => void): void {
  run.step();
  let inner: Value = value;
  if (isList(value)) {
    const list: Value[] = [];
    for (const item of value) walk(item, step, run, output => list.push(output));
    inner = list;
  } else if (isMap(value)) {
    const map: Record<string, Value> = {};
    for (const [key, item] of Object.entries(value)) {
      let found = false;
      walk(item, step, run, output => {
        if (!found) setOwn(map, key, output);
        found = true;
      });
    }
    inner = map;
  }
  step.filter(step.env, inner, undefined, use);
}

export const entryFunctions: FilterTable = {
  'to_entries/0': (_args, call, emit) => emit(toEntries(call.input, call.run), computed(call.trail)),
  'from_entries/0': (_args, call, emit) =>
    emit(fromEntries(itemsOf(call.input, call.run), call.run), computed(call.trail)),
  'with_entries/1': ([step], call, emit) => {
    const entries: Value[] = [];
    for (const entry of toEntries(call.input, call.run)) eachValue(step, entry, output => entries.push(output));
    emit(fromEntries(entries, call.run), computed(call.trail));
  },
  'map_values/1': ([step], call, emit) => {
    if (step) emit(mapValues(call.input, step, call.run), computed(call.trail));
  },
  'walk/1': ([step], call, emit) => {
    if (step) walk(call.input, step, call.run, output => emit(output, computed(call.trail)));
  },
};
