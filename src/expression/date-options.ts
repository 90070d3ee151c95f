/** From arguments of date filters and `now()` to options of dates/. */
import type { DateOptions } from './dates/index.ts';
import { Fault } from './expression-error.ts';
import type { Args } from './invocable.ts';
import { optionalText } from './typed-arguments.ts';

/** The arguments that are given, by their parameter names. */
export function dateOptions(parameters: readonly string[], args: Args): DateOptions {
  const given = parameters.flatMap((name, i) => {
    if (name === 'format' && args[i] === null) throw new Fault("The argument 'format' is null; leave it out.");
    const text = optionalText(args[i], name);
    return text === undefined ? [] : [[name, text]];
  });
  return Object.fromEntries(given);
}

/** Errors of dates/ are messages for the user. */
export function inDates<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TypeError || !(error instanceof Error)) throw error;
    throw new Fault(error.message, { cause: error });
  }
}
