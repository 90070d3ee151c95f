/** What is said of the inputs that were given: what is wrong with them, and which nothing asks for. */
import { nearest } from '../flow/check/nearest.ts';
import type { GivenInput } from '../flow/index.ts';
import type { FlowInput } from '../model/flow.ts';
import { type RefusedInputs, refusalText } from '../worker/execution-inputs.ts';
import { Refusal } from './refusal.ts';

/** In Kestra's words; for people also how those that are missing can be given. */
export function refusedInputs(refused: RefusedInputs): Refusal {
  const { violations } = refused;
  const message = refusalText(refused);
  const missing = violations
    .filter(({ missing: type }) => type !== undefined)
    .map(({ path, missing: type }) => `-i ${path}=${type === 'FILE' ? '@PATH' : 'VALUE'}`);
  return new Refusal(
    'invalid-inputs',
    message,
    violations.map(({ path, message: text }) => ({ path, message: text })),
    missing.length === 0
      ? message
      : `${message}\nGive ${missing.length === 1 ? 'it' : 'them'} with: ${missing.join(' ')}`,
  );
}

/** A line for each that nothing asks for. Kestra passes over them in silence; at a terminal it is a misspelt name. */
export function needlessInputs(
  asked: readonly FlowInput[],
  given: Readonly<Record<string, GivenInput>>,
): readonly string[] {
  const ids = asked.map(({ id }) => id);
  return Object.keys(given)
    .filter(name => !ids.includes(name))
    .map(name => {
      const near = nearest(name, ids);
      const others = ids.length === 0 ? 'None is asked for.' : `There are: ${ids.join(', ')}.`;
      return `-i ${name}: no effect, as there is no such input. ${near === undefined ? others : `Did you mean ${near}?`}`;
    });
}
