/** JSON as Kestra prints it: what is null in a map is left out, and doubles are spelt as Java does it. */
import { numberText } from '../model/numbers.ts';
import { isNumeric, type Value } from '../model/value.ts';
import { jsonForm } from './java-values.ts';

/** Compact JSON. What is no number in JSON (`NaN`) is a text. */
export function printJson(value: Value): string {
  return JSON.stringify(jsonForm(value), spell);
}

function spell(this: unknown, key: string, value: Value): unknown {
  if (value === null) return key === '' || Array.isArray(this) ? null : undefined;
  if (typeof value === 'string' || !isNumeric(value)) return value;
  const text = numberText(value);
  return /^-?\d/.test(text) ? JSON.rawJSON(text) : text;
}
