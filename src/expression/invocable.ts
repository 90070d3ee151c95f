/** Filters, functions and tests: how they are declared. */
import type { Value } from '../model/value.ts';
import { Fault } from './expression-error.ts';
import type { Frame } from './frame.ts';

/** One value for each parameter, undefined where none is given. Without declared parameters: as many as are given. */
export type Args = readonly (Value | undefined)[];

export interface Filter {
  /** Names of the parameters, in order. Absent: whatever is given is passed on. */
  readonly parameters?: readonly string[];
  readonly apply: (input: Value, args: Args, frame: Frame) => Value;
}

export interface ExpressionFunction {
  readonly parameters?: readonly string[];
  readonly call: (args: Args, frame: Frame) => Value;
}

export interface Test {
  readonly holds: (input: Value) => boolean;
}

/** A filter without arguments that gives null for null. */
export function filter(apply: (input: NonNullable<Value>, frame: Frame) => Value): Filter {
  return { apply: (input, _args, frame) => (input === null ? null : apply(input, frame)) };
}

/** Says which argument is missing, in Kestra's words. */
export function missingArgument(kind: 'filter' | 'function', name: string, argument: string): Fault {
  return new Fault(`The '${name}' ${kind} expects an argument '${argument}'.`);
}
