/** Arguments of a call, matched to parameters once, when the template is compiled. */
import type { Value } from '../model/value.ts';
import { Fault } from './expression-error.ts';
import type { Evaluate, Frame } from './frame.ts';
import type { Args } from './invocable.ts';
import type { Arguments, Expression } from './syntax-tree.ts';

export type EvaluateArguments = (frame: Frame) => Args;

const none: Args = [];

/**
 * What does not match the parameters fails when the call is reached, as in Pebble: a branch that is not taken may hold
 * anything.
 */
export function compileArguments(
  { positional, named }: Arguments,
  parameters: readonly string[] | undefined,
  compile: (expression: Expression) => Evaluate,
): EvaluateArguments {
  const given = [...positional.map(compile), ...named.map(argument => compile(argument.value))];
  if (!parameters) return given.length === 0 ? () => none : frame => given.map(evaluate => evaluate(frame));
  if (positional.length > parameters.length) {
    const { length } = parameters;
    return fail(`The argument at position ${length + 1} is not allowed. Only ${length} argument(s) are allowed.`);
  }
  const slots: (Evaluate | undefined)[] = parameters.map((_, i) => (i < positional.length ? given[i] : undefined));
  for (const [i, { name }] of named.entries()) {
    const index = parameters.indexOf(name);
    if (index < 0) return fail(`The following named argument does not exist: ${name}`);
    slots[index] = given[positional.length + i];
  }
  if (slots.every(slot => slot === undefined)) return () => none;
  const [only] = slots;
  if (only && slots.slice(1).every(slot => slot === undefined)) return frame => [only(frame)];
  return frame => slots.map((evaluate): Value | undefined => evaluate?.(frame));
}

function fail(message: string): EvaluateArguments {
  return () => {
    throw new Fault(message);
  };
}
