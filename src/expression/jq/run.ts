/** One run of a program: its limits, its variables and the paths it follows. */
import type { Value } from '../../model/value.ts';
import { JqError } from './jq-error.ts';
import { maxListLength, maxSteps, maxTextLength } from './limits.ts';

/** Counts what a program does, so that it ends. */
export class Run {
  private steps = 0;

  /** @throws JqError beyond 10 million; `try` does not catch it. */
  step(count = 1): void {
    this.steps += count;
    if (this.steps > maxSteps) throw new JqError(`the jq program takes more than ${maxSteps} steps`);
  }

  /** Charges a list that is made: 16 items to a step, so that all steps together make less than 2 GB. */
  copied(items: number): void {
    if (items > maxListLength) throw new JqError(`the jq program makes a list of more than ${maxListLength} items`);
    this.step(1 + items / 16);
  }

  textLength(length: number): void {
    if (length > maxTextLength)
      throw new JqError(`the jq program makes a text of more than ${maxTextLength} characters`);
  }

  /** Charges a text that is made or read: 64 characters to a step. */
  text(text: string): string {
    this.textLength(text.length);
    this.step(text.length / 64);
    return text;
  }
}

/** A path from the root of `path(…)`, last key first. `undefined` in its place means that nobody asks for paths. */
export interface Trail {
  readonly key: Value;
  readonly up: Trail | undefined;
}

/** The path of the root itself. */
export const root: Trail = { key: null, up: undefined };

/** The trail of a value that was computed: no path leads to it. */
export const astray: Trail = { key: null, up: undefined };

/** The trail of a computed value, where trails are kept. */
export function computed(trail: Trail | undefined): Trail | undefined {
  return trail === undefined ? undefined : astray;
}

export function keysOf(trail: Trail): Value[] {
  const keys: Value[] = [];
  for (let at: Trail = trail; at.up !== undefined; at = at.up) keys.push(at.key);
  return keys.reverse();
}

/** Receives each output. Outputs are pushed, not pulled: nested generators cost a hop for each level and value. */
export type Emit = (value: Value, trail: Trail | undefined) => void;

/** A compiled expression. */
export interface Filter {
  (env: Env, input: Value, trail: Trail | undefined, emit: Emit): void;
  /**
   * The same for an expression with exactly one output, where nobody asks for its path. It returns before what follows
   * goes on, and so takes no part of the stack: a program may call itself five times as deep.
   */
  readonly direct?: Direct;
}

export type Direct = (env: Env, input: Value) => Value;

/** A filter with one computed output. */
export function single(direct: Direct): Filter {
  const filter: Filter = (env, input, trail, emit) => emit(direct(env, input), computed(trail));
  return Object.assign(filter, { direct });
}

/** A filter that takes the direct way where it can. */
export function withDirect(filter: Filter, direct: Direct | undefined): Filter {
  if (!direct) return filter;
  const either: Filter = (env, input, trail, emit) => {
    if (trail === undefined) emit(direct(env, input), undefined);
    else filter(env, input, trail, emit);
  };
  return Object.assign(either, { direct });
}

/** An argument of a function: an expression with the variables of its caller. */
export interface Closure {
  readonly filter: Filter;
  readonly env: Env;
}

/** A chain of variables and arguments; how many links up a name is, is known when the program is compiled. */
export interface Env {
  readonly run: Run;
  readonly content: Value | Closure | BreakTarget;
  readonly up: Env | undefined;
}

/** Thrown to leave a `label`, each time it is entered anew. */
export class BreakTarget {
  readonly kind = 'break';
}

export function bind(env: Env, content: Env['content']): Env {
  return { run: env.run, content, up: env };
}

/** Thrown by `firstOf` to end the expression early. */
class Enough {
  readonly kind = 'enough';
}

/** Runs the closure until `visit` says that it has enough. */
export function each(
  closure: Closure,
  input: Value,
  trail: Trail | undefined,
  visit: (value: Value, trail: Trail | undefined) => boolean,
): void {
  const enough = new Enough();
  try {
    closure.filter(closure.env, input, trail, (value, at) => {
      if (!visit(value, at)) throw enough;
    });
  } catch (signal) {
    if (signal !== enough) throw signal;
  }
}

/** All outputs of an expression, without paths. */
export function outputsOf(closure: Closure, input: Value): Value[] {
  const outputs: Value[] = [];
  closure.filter(closure.env, input, undefined, value => {
    closure.env.run.step();
    outputs.push(value);
  });
  return outputs;
}
