/** How a task run ends: what its state means with the task's flags, and its parent is told. */
import type { TaskRun } from '../model/execution.ts';
import type { Retry } from '../model/flow.ts';
import { initialState, isTerminal, moveTo, type State } from '../model/states.ts';
import { awaited } from './awaited.ts';
import type { Draft } from './draft.ts';
import { assessAfter } from './sla.ts';

/** @param raw the state before the flags `allowFailure`, `allowWarning` and `warningOnRetry` are looked at */
export function endTaskRun(draft: Draft, run: TaskRun, raw: State): void {
  closeTaskRun(draft, run, withFlags(draft, run, raw));
}

/** The state that the flags of its task make of it. */
export function withFlags(draft: Draft, run: TaskRun, raw: State): State {
  const task = draft.task(run);
  let state = raw;
  if (state === 'SUCCESS' && run.attempts.length > 1 && retryOf(draft, run)?.warningOnRetry) state = 'WARNING';
  if (state === 'FAILED' && task.allowFailure) state = 'WARNING';
  if (state === 'WARNING' && task.allowWarning) state = 'SUCCESS';
  return state;
}

/** Ends a task run in exactly this state. What it still waits for is not wanted any more. */
export function closeTaskRun(draft: Draft, run: TaskRun, state: State): void {
  const key = awaited(run);
  if (key !== undefined) draft.finish(key);
  const ended = draft.move(run, state);
  if (!assessAfter(draft, ended)) draft.queue.push({ kind: 'advance', parentId: run.parentTaskRunId, ended });
}

/** The run with one of its attempts ended; an attempt that has ended stays as it is. */
export function withAttempt(draft: Draft, run: TaskRun, attempt: number, state: State): TaskRun {
  const last = run.attempts[attempt];
  if (last && isTerminal(last.state.current)) return run;
  const ended = { state: last ? moveTo(last.state, state, draft.date) : initialState(state, draft.date) };
  return { ...run, attempts: [...run.attempts.slice(0, attempt), ended] };
}

/** Ends a task run from outside, together with its last attempt if it has one. */
export function cutShort(draft: Draft, run: TaskRun, state: State): void {
  const last = run.attempts.length - 1;
  endTaskRun(draft, last < 0 ? run : withAttempt(draft, run, last, state), state);
}

/** The task's own policy, else the nearest parent's, else the flow's. */
export function retryOf(draft: Draft, run: TaskRun): Retry | undefined {
  for (let at: TaskRun | undefined = run; at; at = draft.parent(at)) {
    const { retry } = draft.task(at);
    if (retry) return retry;
  }
  return draft.flow.retry;
}

/** A run of the flow's own list of tasks: its failure fails the execution, which Kestra's history tells before a retry. */
export function isOfFlow(run: TaskRun): boolean {
  return run.parentTaskRunId === undefined && run.branch === 'tasks';
}
