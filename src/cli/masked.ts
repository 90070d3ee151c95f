/** Documents without the secrets that an execution has read. */
import type { Carried } from '../worker/carried.ts';

/** Every text of a document, with secrets masked. */
export function masked(carried: Carried, value: unknown): unknown {
  if (typeof value === 'string') return carried.secrets.mask(value);
  if (Array.isArray(value)) return value.map(item => masked(carried, item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, masked(carried, item)]));
}
