/** A scalar as text, where ids and names are wanted. */
import { numberText } from '../model/numbers.ts';
import { isNumeric, type Value } from '../model/value.ts';

/** Undefined for a map, a list, null and nothing: those have been reported where they stand, and have no text. */
export function scalarText(value: Value | undefined): string | undefined {
  if (typeof value === 'string') return value;
  if (value !== undefined && isNumeric(value)) return numberText(value);
  return typeof value === 'boolean' ? String(value) : undefined;
}
