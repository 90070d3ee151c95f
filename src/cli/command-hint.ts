/** Commands that are suggested to people, to be pasted as they are. */
import { shellQuote } from '../files/shell-quote.ts';

/** `windlass <words>`, for the state folder that this command was given. */
export function commandHint(words: string, state: string | undefined): string {
  if (state === undefined) return `windlass ${words}`;
  return `windlass ${words} --state ${/^[\w./@%+=:,-]+$/.test(state) ? state : shellQuote(state)}`;
}
