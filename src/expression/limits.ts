/** How much one rendering may do. Beyond it is an error for the user, never a hang or a crash of ours. */
import { Fault } from './expression-error.ts';

/** A step is a statement, a call, a loop round, or some 64 characters worked on; ten million take a few seconds. */
export const maxSteps = 10_000_000;

/** Characters of one text. */
export const maxTextLength = 64 * 1024 * 1024;

/** Macros, blocks and renderings within each other. */
export const maxDepth = 100;

/** Items of one list made by `range`, as in Kestra. */
export const maxItems = 1_000_000;

export function checkTextLength(length: number): void {
  if (length > maxTextLength) {
    throw new Fault(`The text would be longer than ${maxTextLength / 1024 / 1024} MiB; write it to a file instead.`);
  }
}
