/** What a builtin function is. Tables of them are keyed by name and number of arguments: `join/1`. */
import type { Value } from '../../../model/value.ts';
import type { Closure, Emit, Run, Trail } from '../run.ts';

/** One output for each combination of its arguments' outputs. */
export type ValueFunction = (input: Value, args: readonly Value[], run: Run) => Value;

/** Decides itself when its arguments run, and may keep paths. */
export type FilterFunction = (args: readonly Closure[], call: Call, emit: Emit) => void;

export interface Call {
  readonly input: Value;
  readonly trail: Trail | undefined;
  readonly run: Run;
}

export type ValueTable = Readonly<Record<string, ValueFunction>>;
export type FilterTable = Readonly<Record<string, FilterFunction>>;
