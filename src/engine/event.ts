/** What can happen to an execution. Every event carries its time; `decide` has no clock. */
import type { TaskResult } from '../model/execution.ts';
import type { State } from '../model/states.ts';
import type { Value, ValueMap } from '../model/value.ts';

/** `at`: milliseconds since the epoch. */
export type EngineEvent = { readonly at: number } & (
  | { readonly type: 'start' }
  /** As many executions of the flow run as may: this one waits for its `start`. */
  | { readonly type: 'queue' }
  /** It may not run: it ends before its first task. */
  | { readonly type: 'refuse'; readonly state: 'FAILED' | 'CANCELLED'; readonly message: string }
  /** A worker begins an attempt. */
  | { readonly type: 'started'; readonly taskRunId: string; readonly attempt: number }
  | { readonly type: 'finished'; readonly taskRunId: string; readonly attempt: number; readonly result: TaskResult }
  /** The answer to an effect that asked for one: `evaluate`, `open-directory`, `close-directory`, `outputs`. */
  | { readonly type: 'answered'; readonly key: string; readonly answer: Answer }
  /** The time of a `timer` effect has come. */
  | { readonly type: 'due'; readonly key: string }
  | { readonly type: 'child-started'; readonly taskRunId: string; readonly executionId: string }
  | {
      readonly type: 'child-ended';
      readonly taskRunId: string;
      readonly executionId: string;
      readonly state: State;
      readonly outputs?: ValueMap;
      /** Why the outputs that the parent wants of it cannot be had. */
      readonly fault?: string;
    }
  /** A paused task run goes on; without an id, all of them. */
  | { readonly type: 'resume'; readonly taskRunId?: string; readonly onResume?: ValueMap }
  | { readonly type: 'kill' }
  /** The user starts an ended execution again: failed task runs get another attempt, or all from one task run on. */
  | { readonly type: 'restart'; readonly from?: string }
);

/** What came of an effect that was asked for; `message` is for the user. */
export type Answer = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly message: string };
