/** What can go wrong in an expression, and the three signals that evaluation uses inside. */

import type { Position } from '../model/flow.ts';
import { UserError } from '../model/user-error.ts';

/** An expression that cannot be parsed or evaluated. `line` and `column` count from 1, in the whole template. */
export class ExpressionError extends UserError {
  readonly expression: string;
  readonly line: number;
  readonly column: number;

  constructor(message: string, expression: string, position: Position, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ExpressionError';
    this.expression = expression;
    this.line = position.line;
    this.column = position.column;
  }
}

/** The template is not well formed. `offset` is where, in characters from its start. */
export class SyntaxFault extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** A filter, function or operator cannot do what is asked; the renderer adds where. */
export class Fault extends Error {}

/** A name that does not exist. Not an `Error`: `??` catches it in ordinary templates, and a stack costs microseconds. */
export class MissingName {
  readonly name: string;
  readonly offset: number;

  constructor(name: string, offset: number) {
    this.name = name;
    this.offset = offset;
  }
}

/** Evaluation needs something that is on its way: await it, then evaluate again. */
export class Suspend {
  readonly ready: Promise<unknown>;

  constructor(ready: Promise<unknown>) {
    this.ready = ready;
  }
}

/** Line and column of an offset. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') };
}
