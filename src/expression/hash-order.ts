/**
 * The order of Java's `HashMap`, which a map written in a template and the result of `merge` are: a flow that walks
 * over one, or prints it, sees it. Keys that share a bucket keep the order in which they came.
 */
import type { Value } from '../model/value.ts';
import { javaText } from './java-values.ts';

/** @param room for which the table is made: Pebble asks for more than it needs */
export function hashOrder<Entry extends readonly [key: Value, value: Value]>(
  entries: readonly Entry[],
  room: number,
): readonly Entry[] {
  let size = 1;
  while (size < room) size *= 2;
  // A table grows when it is three quarters full.
  while (entries.length > size * 0.75) size *= 2;
  const placed = entries.map(entry => [bucket(entry[0], size), entry] as const);
  return placed.sort(([left], [right]) => left - right).map(([, entry]) => entry);
}

function bucket(key: Value, size: number): number {
  const hash = hashCode(key);
  return (hash ^ (hash >>> 16)) & (size - 1);
}

/** Java's `hashCode` of texts, whole numbers and booleans. */
function hashCode(key: Value): number {
  if (typeof key === 'bigint') return Number(BigInt.asIntN(32, key ^ BigInt.asUintN(32, key >> 32n)));
  if (typeof key === 'number') return key | 0;
  if (typeof key === 'boolean') return key ? 1231 : 1237;
  const text = javaText(key);
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(31, hash) + text.charCodeAt(i)) | 0;
  return hash;
}
