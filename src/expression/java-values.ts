/** What Java says of a value: its class, its `toString`, its `equals`. Kestra's results show all three. */
import { compareNumbers, numberClassName, numberText } from '../model/numbers.ts';
import { isList, isMap, isNumeric, numericKind, type Value, type ValueMap } from '../model/value.ts';

/**
 * Collections that Java does not have as ArrayList or LinkedHashMap, by their class. It decides what may be done with
 * them: `keys` gives a Set, which cannot be sorted or indexed.
 */
const classes = new WeakMap<object, string>();

const notLists: ReadonlySet<string> = new Set([
  'java.util.LinkedHashMap$LinkedKeySet',
  'java.util.LinkedHashMap$LinkedValues',
  'java.util.LinkedHashMap$LinkedEntrySet',
  '[Ljava.lang.String;',
]);

/** An entry of a map, as `for` gives it: `{key, value}` to read, `k=v` as text. */
export const entryClass = 'java.util.Map$Entry';

/** A value as JSON has it: an entry is a map of one key. */
export function jsonForm(value: Value): Value {
  if (isMap(value))
    return classes.get(value) === entryClass ? { [javaText(value.key ?? null)]: value.value ?? null } : value;
  return isList(value) && classes.get(value)?.endsWith('EntrySet') ? value.map(jsonForm) : value;
}

export function ofClass<T extends readonly Value[] | ValueMap>(value: T, className: string): T {
  classes.set(value, className);
  return value;
}

/** `java.lang.String`, `java.util.ArrayList` …; `null` has none. */
export function className(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'java.lang.String';
  if (typeof value === 'boolean') return 'java.lang.Boolean';
  if (isNumeric(value)) return numberClassName(value);
  return classes.get(value) ?? (isList(value) ? 'java.util.ArrayList' : 'java.util.LinkedHashMap');
}

/** True for what is a `java.util.List`: no Set, no array. */
export function isJavaList(value: Value): value is readonly Value[] {
  if (!isList(value)) return false;
  const known = classes.get(value);
  return known === undefined || !notLists.has(known);
}

/** True for Java's String[], which `split` gives. */
export function isJavaArray(value: Value): value is readonly Value[] {
  return isList(value) && classes.get(value) === '[Ljava.lang.String;';
}

/** Java's `String.valueOf`: `[3, 1, 2]`, `{k=v}`, `2.0`, `null`. */
export function javaText(value: Value): string {
  if (typeof value === 'string') return value;
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (isNumeric(value)) return numberText(value);
  if (isList(value)) return `[${value.map(javaText).join(', ')}]`;
  if (classes.get(value) === entryClass) return `${javaText(value.key ?? null)}=${javaText(value.value ?? null)}`;
  return `{${Object.entries(value)
    .map(([key, item]) => `${key}=${javaText(item)}`)
    .join(', ')}}`;
}

/** Java's `equals`: numbers of different kinds differ, collections are equal item by item. */
export function javaEquals(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (left === null || right === null || typeof left !== typeof right) return false;
  if (isNumeric(left) || isNumeric(right)) {
    if (!isNumeric(left) || !isNumeric(right)) return false;
    return numericKind(left) === numericKind(right) && compareNumbers(left, right) === 0;
  }
  if (isList(left)) {
    return isList(right) && left.length === right.length && left.every((item, i) => javaEquals(item, right[i] ?? null));
  }
  return isMap(left) && isMap(right) && equalMaps(left, right);
}

function equalMaps(left: ValueMap, right: ValueMap): boolean {
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every(key => Object.hasOwn(right, key) && javaEquals(left[key] ?? null, right[key] ?? null));
}

/** What a value is, in words for messages: `text`, `list`, `map`, `number`, `boolean`, `null`. */
export function kindOf(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return 'boolean';
  if (isNumeric(value)) return 'number';
  return isList(value) ? 'list' : 'map';
}
