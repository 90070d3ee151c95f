/** Maps as Kestra stores them and hands them on. */
import { isList, isMap, type Value } from './value.ts';

/** The value without what is null in maps, at every depth; itself where nothing is. Null in lists stays. */
export function withoutNulls<Given extends Value>(value: Given): Given {
  return stripped(value) as Given;
}

function stripped(value: Value): Value {
  if (isList(value)) {
    const items = value.map(stripped);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  if (!isMap(value)) return value;
  const entries = Object.entries(value);
  const kept = entries.filter(([, item]) => item !== null).map(([key, item]) => [key, stripped(item)] as const);
  const isSame = kept.length === entries.length && kept.every(([key, item]) => item === value[key]);
  return isSame ? value : Object.fromEntries(kept);
}
