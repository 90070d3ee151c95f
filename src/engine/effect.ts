/**
 * What `decide` wants done. Effects are plain JSON: they are stored with the changes in one transaction, and are
 * done again after a crash until their answer has been committed. A key is never used twice, but after a restart of the
 * execution, when nothing of its former life is pending.
 */
import type { Value, ValueMap } from '../model/value.ts';

/** One thing to be done. Those with a key are answered by an event that names it. */
export type Effect =
  /** Render values with the context of a task run (or of the execution); answered. `as`: rendered to text, or keeping its type. */
  | {
      readonly type: 'evaluate';
      readonly key: string;
      readonly taskRunId?: string;
      readonly template: Value;
      readonly as: 'text' | 'typed';
    }
  /** Let a worker run an attempt; ends with `finished`. */
  | { readonly type: 'run'; readonly key: string; readonly taskRunId: string; readonly attempt: number }
  /** End what a worker runs; the attempt still reports `finished`. */
  | { readonly type: 'cancel'; readonly key: string; readonly taskRunId: string; readonly attempt: number }
  /** Make, or collect from and remove, the directory that the children of a WorkingDirectory share; answered. */
  | { readonly type: 'open-directory' | 'close-directory'; readonly key: string; readonly taskRunId: string }
  /** Say `due` at a time: milliseconds since the epoch. */
  | { readonly type: 'timer'; readonly key: string; readonly taskRunId?: string; readonly at: number }
  /** Start another flow's execution; `child-started` and `child-ended`, or a refusal (`answered`) where it cannot start. */
  | { readonly type: 'subflow'; readonly key: string; readonly taskRunId: string }
  /** Kill that execution; it still reports `child-ended`. */
  | { readonly type: 'kill-child'; readonly key: string; readonly taskRunId: string; readonly executionId: string }
  /** Render the flow's outputs; answered. */
  | { readonly type: 'outputs'; readonly key: string };

/** An effect as the store keeps it. */
export function effectToJson(effect: Effect): ValueMap {
  return effect as unknown as ValueMap;
}

/** The inverse of `effectToJson`; the store holds only what `decide` made. */
export function effectFromJson(json: ValueMap): Effect {
  const effect = json as unknown as Effect;
  // A time in milliseconds has 13 digits: read from JSON it is a Long, as values of flows are.
  return effect.type === 'timer' ? { ...effect, at: Number(effect.at) } : effect;
}
