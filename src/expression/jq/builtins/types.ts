/** Builtins about what a value is: type, length, membership, conversions. */

import { parseJson } from '../../../model/json.ts';
import { isList, isMap, Real, type Value } from '../../../model/value.ts';
import { numeric } from '../arithmetic.ts';
import { raise } from '../jq-error.ts';
import { jsonText } from '../json-text.ts';
import { described, equal, isTrue, kindOf, numberOf, ownValue, sortedKeys } from '../kinds.ts';
import type { Run } from '../run.ts';
import type { ValueTable } from './builtin.ts';

function lengthOf(value: Value): Value {
  if (value === null) return 0;
  if (typeof value === 'string') return countCharacters(value);
  if (isList(value)) return value.length;
  if (isMap(value)) return Object.keys(value).length;
  const number = numberOf(value);
  if (number === undefined) return raise(`${described(value)} has no length`);
  if (number < 0) return 0 - number;
  return value instanceof Real ? numeric(number) : value;
}

/** Code points, not UTF-16 units. */
function countCharacters(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit >= 0xd800 && unit < 0xdc00 && (text.codePointAt(at) ?? 0) > 0xffff) count -= 1;
  }
  return count;
}

function keysOf(value: Value, sorted: boolean): Value {
  if (isList(value)) return value.map((_, index) => index);
  if (isMap(value)) return sorted ? sortedKeys(value) : Object.keys(value);
  return raise(`${described(value)} has no keys`);
}

function has(value: Value, key: Value): Value {
  if (isMap(value) && typeof key === 'string') return Object.hasOwn(value, key);
  const index = numberOf(key);
  if (isList(value) && index !== undefined) return index >= 0 && index < value.length;
  return raise(`Cannot check whether ${kindOf(value)} has a ${typeof key === 'string' ? 'string' : kindOf(key)} key`);
}

function contains(whole: Value, part: Value, run: Run): boolean {
  run.step();
  if (isMap(whole) && isMap(part)) {
    return Object.entries(part).every(([key, value]) => {
      const own = ownValue(whole, key);
      return own !== undefined && contains(own, value, run);
    });
  }
  if (isList(whole) && isList(part)) return part.every(item => whole.some(other => contains(other, item, run)));
  if (typeof whole === 'string' && typeof part === 'string') return whole.includes(part);
  return equal(whole, part, run);
}

function toNumber(value: Value): Value {
  if (numberOf(value) !== undefined) return value;
  if (typeof value !== 'string') return raise(`${described(value)} cannot be parsed as a number`);
  const text = value.trim();
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) {
    return raise(`Invalid numeric literal at EOF at line 1, column ${value.length} (while parsing '${value}')`);
  }
  const number = Number(text);
  if (/[.eE]/.test(text) || Number.isSafeInteger(number)) return number;
  return BigInt(text);
}

function fromJson(value: Value): Value {
  if (typeof value !== 'string') return raise(`${described(value)} only strings can be parsed`);
  if (value.trim() === 'nan') return Number.NaN;
  try {
    return parseJson(value);
  } catch (error) {
    return raise(`${error instanceof Error ? error.message : String(error)} (while parsing '${value}')`);
  }
}

function textOf(value: Value): string {
  return typeof value === 'string' ? value : jsonText(value);
}

function isNormal(value: Value): Value {
  const number = numberOf(value) ?? raise(`${described(value)} number required`);
  return Number.isFinite(number) && Math.abs(number) >= 2.2250738585072014e-308;
}

function finite(value: Value, test: (number: number) => boolean): Value {
  return test(numberOf(value) ?? raise(`${described(value)} number required`));
}

export const typeFunctions: ValueTable = {
  'type/0': kindOf,
  'not/0': value => !isTrue(value),
  'true/0': () => true,
  'false/0': () => false,
  'null/0': () => null,
  'length/0': lengthOf,
  'utf8bytelength/0': value =>
    typeof value === 'string'
      ? Buffer.byteLength(value)
      : raise(`${described(value)} only strings have UTF-8 byte length`),
  'keys/0': value => keysOf(value, true),
  'keys_unsorted/0': value => keysOf(value, false),
  'has/1': (value, [key = null]) => has(value, key),
  'contains/1': (value, [part = null], run) =>
    kindOf(value) === kindOf(part)
      ? contains(value, part, run)
      : raise(`${described(value)} and ${described(part)} cannot have their containment checked`),
  'tostring/0': (value, _args, run) => run.text(textOf(value)),
  'tojson/0': (value, _args, run) => run.text(jsonText(value)),
  'fromjson/0': fromJson,
  'tonumber/0': toNumber,
  'toarray/0': value => (isList(value) ? value : [value]),
  'toboolean/0': value => {
    if (typeof value === 'boolean') return value;
    if (value === 'true' || value === 'false') return value === 'true';
    return raise(`${described(value)} cannot be parsed as a boolean`);
  },
  'infinite/0': () => Number.POSITIVE_INFINITY,
  'nan/0': () => Number.NaN,
  'isinfinite/0': value => finite(value, number => Math.abs(number) === Number.POSITIVE_INFINITY),
  'isnan/0': value => finite(value, Number.isNaN),
  'isnormal/0': isNormal,
  'have_literal_numbers/0': () => true,
  'have_decnum/0': () => false,
};
