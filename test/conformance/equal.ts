/** When a value of ours equals a recorded one. */
import type { Json } from './comparable.ts';

/**
 * Null, absent and empty are the same; `<any>` in a text is any text that is not empty, `<uri>` any storage URI; JSON
 * in texts is compared as JSON; numbers as numbers.
 */
export function equals(expected: Json, given: Json): boolean {
  if (isEmpty(expected) && isEmpty(given)) return true;
  if (expected === null) return false;
  const [wanted, found] = [parsed(expected), parsed(given)];
  if (typeof wanted === 'string') return textEquals(wanted, found);
  if (Array.isArray(wanted)) {
    return Array.isArray(found) && wanted.length === found.length && wanted.every((item, i) => equals(item, found[i]));
  }
  if (isObject(wanted)) return isObject(found) && objectEquals(wanted, found);
  if (typeof wanted === 'number' && typeof found === 'number') {
    return Math.abs(wanted - found) < 1e-9 * Math.max(1, Math.abs(wanted));
  }
  return wanted === found;
}

/** The first that is missing among the given, or the first that is too many; undefined when they are the same. */
export function multisetDifference<T extends Json>(expected: readonly T[], given: readonly T[]): T | undefined {
  const rest = [...given];
  for (const item of expected) {
    const at = rest.findIndex(found => equals(item, found));
    if (at < 0) return item;
    rest.splice(at, 1);
  }
  return rest[0];
}

function isEmpty(value: Json): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(value: Json): Json {
  if (typeof value !== 'string' || !/^[{[][\s\S]*[}\]]$/.test(value)) return value;
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}

function textEquals(expected: string, given: Json): boolean {
  if (!/<any>|<uri>/.test(expected)) return expected === given;
  const pattern = RegExp.escape(expected)
    .replaceAll(RegExp.escape('<any>'), '.+')
    .replaceAll(RegExp.escape('<uri>'), '[a-z]+:///\\S*');
  return new RegExp(`^${pattern}$`, 's').test(typeof given === 'string' ? given : JSON.stringify(given));
}

function objectEquals(expected: Readonly<Record<string, Json>>, given: Readonly<Record<string, Json>>): boolean {
  const wanted = Object.keys(expected).filter(key => expected[key] !== null);
  const found = Object.keys(given).filter(key => given[key] !== null);
  if (wanted.length !== found.length) return false;
  if (wanted.some(key => key.includes('<any>'))) return true;
  return wanted.every(key => key in given && equals(expected[key] ?? null, given[key] ?? null));
}
