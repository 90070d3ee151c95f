/**
 * `object.name`, `object[name]` and `object.method(…)`, as Pebble resolves them: a map's key, a list's index, then a
 * method by its name or as a bean's getter. Only own properties and the methods of one table can be reached.
 */
import { isMap, isNumeric, type Value } from '../model/value.ts';
import { Fault } from './expression-error.ts';
import { isJavaArray, isJavaList, javaText } from './java-values.ts';
import { findMethod } from './methods/index.ts';

/** What Pebble refuses to call on any object. */
const denied: ReadonlySet<string> = new Set(['class', 'getClass', 'wait', 'notify', 'notifyAll']);

/** Undefined where there is no such attribute. @throws Fault for what may not be used as one. */
export function readAttribute(object: NonNullable<Value>, name: Value): Value | undefined {
  if (isMap(object)) return readKey(object, name);
  if (isJavaList(object) || isJavaArray(object)) {
    const index = listIndex(name);
    if (index !== undefined) return object[index];
  }
  return callAttribute(object, name, []);
}

/** The result of a method; undefined where the object has none of that name. */
export function callAttribute(object: NonNullable<Value>, name: Value, args: readonly Value[]): Value | undefined {
  const text = javaText(name);
  if (denied.has(text)) throw new Fault(`\`${text}\` is not allowed: expressions cannot reach classes or locks.`);
  const method = findMethod(object, text) ?? (args.length === 0 ? findGetter(object, text) : undefined);
  return method?.(object, args);
}

function readKey(map: Readonly<Record<string, Value>>, key: Value): Value | undefined {
  if (typeof key === 'string') return Object.hasOwn(map, key) ? map[key] : undefined;
  if (isNumeric(key)) {
    throw new Fault(`type class java.lang.String not supported for key ${javaText(key)}; write ['${javaText(key)}']`);
  }
  if (key === null) throw new Fault('null is not a key of a map');
  return undefined;
}

function listIndex(name: Value): number | undefined {
  const text = javaText(name);
  return /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

function findGetter(object: NonNullable<Value>, name: string) {
  if (isMap(object) || name === '') return undefined;
  const capitalised = name[0]?.toUpperCase() + name.slice(1);
  return findMethod(object, `get${capitalised}`) ?? findMethod(object, `is${capitalised}`);
}
