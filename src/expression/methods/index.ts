/** The Java methods that flows use on texts, lists, maps, numbers and booleans: an explicit table, nothing else. */
import { isList, isMap, type Value } from '../../model/value.ts';
import { isJavaArray, javaEquals, javaText } from '../java-values.ts';
import { listMethods } from './list-methods.ts';
import { mapMethods } from './map-methods.ts';
import type { Method, Methods } from './method.ts';
import { numberMethods } from './number-methods.ts';
import { textMethods } from './text-methods.ts';

const common: Methods<Value> = new Map<string, Method<Value>>([
  ['toString', value => javaText(value)],
  ['equals', (value, [other = null]) => javaEquals(value, other)],
]);

export function findMethod(value: NonNullable<Value>, name: string): Method<Value> | undefined {
  return methodsOf(value).get(name) ?? common.get(name);
}

function methodsOf(value: NonNullable<Value>): Methods<Value> {
  if (typeof value === 'string') return textMethods as Methods<Value>;
  if (typeof value === 'boolean') return booleanMethods as Methods<Value>;
  if (isList(value)) return isJavaArray(value) ? noMethods : (listMethods as Methods<Value>);
  return (isMap(value) ? mapMethods : numberMethods) as Methods<Value>;
}

/** Of a String[], which `split` gives: it is no List. */
const noMethods: Methods<Value> = new Map();

const booleanMethods: Methods<boolean> = new Map([['booleanValue', (value: boolean) => value]]);
