/** What goes wrong in a jq program: one error for callers, light signals inside. */
import type { Position } from '../../model/flow.ts';
import type { Value } from '../../model/value.ts';

/** A program that is wrong, an error that it raised and did not catch, or a limit that it hit. */
export class JqError extends Error {
  override readonly name = 'JqError';
  /** Where in the program, when its text is wrong. */
  readonly position: Position | undefined;

  constructor(message: string, position?: Position) {
    super(position ? `${message} at line ${position.line}, column ${position.column} of the jq program` : message);
    this.position = position;
  }
}

/**
 * An error as jq programs see it: any value, which `try … catch` receives. Not an `Error`: a program may raise one for
 * each of 100,000 elements, and each would record a stack.
 */
export class Raised {
  readonly value: Value;

  constructor(value: Value) {
    this.value = value;
  }
}

/** Raises a text that `try` can catch. */
export function raise(message: string): never {
  throw new Raised(message);
}
