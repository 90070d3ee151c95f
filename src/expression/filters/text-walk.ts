/** Changing every text in a value: what `replace` and `escapeChar` do with lists and maps. */
import { isMap, type Value } from '../../model/value.ts';
import { Fault } from '../expression-error.ts';
import { hashOrder } from '../hash-order.ts';
import { isJavaList, javaText, ofClass } from '../java-values.ts';

/** Of Java's `new HashMap()`. */
const hashRoom = 16;

/** Texts and all other single values are changed as texts; keys stay. @throws Fault for null within, as Kestra fails there. */
export function changeTexts(input: Value, filter: string, change: (text: string) => string): Value {
  if (isMap(input)) {
    const changed = Object.entries(input).map(([key, item]) => [key, changeTexts(item, filter, change)] as const);
    return ofClass(Object.fromEntries(hashOrder(changed, hashRoom)), 'java.util.HashMap');
  }
  if (isJavaList(input)) return input.map(item => changeTexts(item, filter, change));
  if (input === null) throw new Fault(`The '${filter}' filter cannot change null within a list or map.`);
  return change(javaText(input));
}
