/** A Java method as a function of its object and arguments, and how arguments are taken. */
import { toNumber } from '../../model/numbers.ts';
import { isNumeric, type Value } from '../../model/value.ts';
import { Fault } from '../expression-error.ts';
import { kindOf } from '../java-values.ts';

export type Method<Owner> = (owner: Owner, args: readonly Value[]) => Value;

export type Methods<Owner> = ReadonlyMap<string, Method<Owner>>;

/** @throws Fault when the argument is not a text. */
export function textArgument(args: readonly Value[], index: number): string {
  const value = args[index] ?? null;
  if (typeof value === 'string') return value;
  throw new Fault(
    `Argument ${index + 1} of the method must be a text, not ${value === null ? 'null' : kindOf(value)}.`,
  );
}

/** Java's `intValue` of the argument. @throws Fault when it is not a number. */
export function indexArgument(args: readonly Value[], index: number): number {
  const value = args[index] ?? null;
  if (isNumeric(value)) return Math.trunc(toNumber(value));
  throw new Fault(`Argument ${index + 1} of the method must be a number, not a ${kindOf(value)}.`);
}

/** `from` and `to` of a part. @throws Fault outside of 0 … length, or when they are the wrong way round. */
export function rangeArguments(args: readonly Value[], length: number): [number, number] {
  const from = indexArgument(args, 0);
  const to = args.length > 1 ? indexArgument(args, 1) : length;
  if (from < 0 || to > length || from > to)
    throw new Fault(`Range [${from}, ${to}) out of bounds for length ${length}`);
  return [from, to];
}
