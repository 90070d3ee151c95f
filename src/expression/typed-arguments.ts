/** Taking arguments of filters and functions: each as the type it must have, or a fault that says so. */
import { toNumber } from '../model/numbers.ts';
import { isNumeric, type Value } from '../model/value.ts';
import { Fault } from './expression-error.ts';
import { kindOf } from './java-values.ts';

/** The text, or undefined for null and where none is given. */
export function optionalText(value: Value | undefined, name: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw new Fault(`The argument '${name}' must be a text, not a ${kindOf(value)}.`);
}

export function optionalBoolean(value: Value | undefined, name: string): boolean | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean') return value;
  throw new Fault(`The argument '${name}' must be true or false, not a ${kindOf(value)}.`);
}

/** Java's `intValue`, or undefined for null and where none is given. */
export function optionalInteger(value: Value | undefined, name: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (isNumeric(value)) return Math.trunc(toNumber(value));
  throw new Fault(`The argument '${name}' must be a number, not a ${kindOf(value)}.`);
}

/** The input of a filter for texts only. */
export function textInput(input: Value, filter: string): string {
  if (typeof input === 'string') return input;
  throw new Fault(`The '${filter}' filter needs a text, not a ${kindOf(input)}; write \`| string | ${filter}\`.`);
}
