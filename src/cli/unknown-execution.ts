/** What is said of an id that the state folder does not have. */
import { commandHint } from './command-hint.ts';
import { Refusal } from './refusal.ts';

/** @param state the state folder as it was given */
export function unknownExecution(id: string, state: string | undefined): Refusal {
  const list = commandHint('list', state);
  return new Refusal('unknown-execution', `There is no execution ${id} here. To see which there are: ${list}`);
}
