/** Filters of any collection: `first`, `last`, `length`, `keys`, `values`, `merge`, `join`. */

import { isList, isMap, type Value } from '../../model/value.ts';
import { Fault } from '../expression-error.ts';
import { hashOrder } from '../hash-order.ts';
import { type Args, type Filter, filter } from '../invocable.ts';
import { className, isJavaArray, isJavaList, javaText, kindOf, ofClass } from '../java-values.ts';
import { checkTextLength } from '../limits.ts';
import { keySet, valuesOf } from '../methods/map-methods.ts';
import { optionalText } from '../typed-arguments.ts';

export const collectionFilters = {
  first: filter(input => item(input, 'first', 0)),
  last: filter(input => item(input, 'last', -1)),
  length: { apply: length },
  keys: filter(keys),
  values: filter(values),
  merge: { parameters: ['items'], apply: merge },
  join: { parameters: ['separator'], apply: join },
} satisfies Record<string, Filter>;

function item(input: Value, name: string, index: number): Value {
  if (typeof input === 'string') {
    const character = input.at(index);
    if (character === undefined) throw new Fault(`The '${name}' filter needs a text that is not empty.`);
    return character;
  }
  if (!isList(input)) throw new Fault(`The '${name}' filter needs a list or a text, not a ${kindOf(input)}.`);
  return input.at(index) ?? null;
}

/** 0 for what has no length, as in Pebble. */
function length(input: Value): Value {
  if (typeof input === 'string' || isList(input)) return input.length;
  return isMap(input) ? Object.keys(input).length : 0;
}

function keys(input: Value): Value {
  if (isMap(input)) return keySet(input);
  if (isJavaList(input) || isJavaArray(input)) {
    return ofClass([...input.keys()], 'java.util.ImmutableCollections$ListN');
  }
  throw new Fault(`'keys' filter can only be applied to List, Map, Array. Actual type was: ${className(input)}`);
}

function values(input: Value): Value {
  if (isMap(input)) return valuesOf(input);
  throw new Fault(`'values' filter can only be applied to Map. Actual type was: ${className(input)}`);
}

function merge(input: Value, [items = null]: Args): Value {
  if (input === null && items === null) throw new Fault('The two arguments to be merged are null');
  if (input === null) return items;
  if (items === null) return input;
  if (isMap(input)) return mergeIntoMap(input, items);
  if (isJavaArray(input) && isJavaArray(items)) return ofClass([...input, ...items], className(input));
  if (!isJavaList(input)) throw new Fault('The object being filtered is not a Map/List/Array');
  if (isJavaList(items)) return [...input, ...items];
  if (isMap(items)) return [...input, ...Object.entries(items).map(([key, value]) => ({ [key]: value }))];
  throw new Fault(`Currently, only Maps and Lists can be merged with a List. Arg2: ${className(items)}`);
}

function mergeIntoMap(input: Readonly<Record<string, Value>>, items: Value): Value {
  const added = isMap(items)
    ? Object.entries(items)
    : isJavaList(items)
      ? items.map((value): [string, Value] => [javaText(value), value])
      : undefined;
  if (!added) {
    throw new Fault(`Currently, only Maps and Lists can be merged with a Map. Arg2: ${className(items)}`);
  }
  const merged = Object.fromEntries([...Object.entries(input), ...added]);
  const room = Object.keys(input).length + added.length + 16;
  return ofClass(Object.fromEntries(hashOrder(Object.entries(merged), room)), 'java.util.HashMap');
}

function join(input: Value, [separator]: Args): Value {
  if (input === null) return null;
  if (!isList(input)) {
    throw new Fault("The 'join' filter expects that the input is either a collection or an array.");
  }
  const glue = optionalText(separator, 'separator') ?? '';
  const texts = input.map(javaText);
  checkTextLength(texts.reduce((sum, text) => sum + text.length + glue.length, 0));
  return texts.join(glue);
}
