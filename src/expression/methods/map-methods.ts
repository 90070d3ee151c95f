/** Methods of java.util.Map that change nothing. */
import type { Value, ValueMap } from '../../model/value.ts';
import { entryClass, javaEquals, ofClass } from '../java-values.ts';
import type { Method, Methods } from './method.ts';

export const mapMethods: Methods<ValueMap> = new Map<string, Method<ValueMap>>([
  ['size', map => Object.keys(map).length],
  ['isEmpty', map => Object.keys(map).length === 0],
  ['get', (map, [key = null]) => valueAt(map, key) ?? null],
  ['getOrDefault', (map, [key = null, fallback = null]) => valueAt(map, key) ?? fallback],
  ['containsKey', (map, [key = null]) => valueAt(map, key) !== undefined],
  ['containsValue', (map, [value = null]) => Object.values(map).some(other => javaEquals(other, value))],
  ['keySet', keySet],
  ['values', valuesOf],
  ['entrySet', map => ofClass(entriesOf(map), 'java.util.LinkedHashMap$LinkedEntrySet')],
]);

/** The keys, as Java's Set: it can be walked and printed, not sorted or indexed. */
export function keySet(map: ValueMap): readonly Value[] {
  return ofClass(Object.keys(map), 'java.util.LinkedHashMap$LinkedKeySet');
}

export function valuesOf(map: ValueMap): readonly Value[] {
  return ofClass(Object.values(map), 'java.util.LinkedHashMap$LinkedValues');
}

/** `{key, value}` for each entry: what `for` gives for a map. */
export function entriesOf(map: ValueMap): readonly Value[] {
  return Object.entries(map).map(([key, value]) => ofClass({ key, value }, entryClass));
}

function valueAt(map: ValueMap, key: Value): Value | undefined {
  return typeof key === 'string' && Object.hasOwn(map, key) ? map[key] : undefined;
}
