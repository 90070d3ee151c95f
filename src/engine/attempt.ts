/** The attempts of a task run: begun, ended, and made again where a policy says so. */
import type { TaskResult, TaskRun } from '../model/execution.ts';
import type { Retry } from '../model/flow.ts';
import { initialState, isTerminal } from '../model/states.ts';
import { awaited } from './awaited.ts';
import type { Draft } from './draft.ts';
import { nextAttempt } from './retry.ts';
import { isStopping } from './stopping.ts';
import { closeTaskRun, endTaskRun, isOfFlow, retryOf, withAttempt } from './task-run-end.ts';

/** Lets a worker run the next attempt of a created task run. */
export function requestAttempt(draft: Draft, run: TaskRun): void {
  const attempt = run.attempts.length;
  draft.effect({ type: 'run', key: runKey(run.id, attempt), taskRunId: run.id, attempt });
}

/** A worker has begun an attempt. */
export function attemptStarted(draft: Draft, id: string, attempt: number): void {
  const run = draft.taskRun(id);
  if (run?.state.current !== 'CREATED' || attempt !== currentAttempt(run)) return;
  draft.move({ ...run, attempts: [...run.attempts, { state: initialState('RUNNING', draft.date) }] }, 'RUNNING');
}

/** A worker tells how an attempt ended. What is said of another than the current one counts no more. */
export function attemptFinished(draft: Draft, id: string, attempt: number, result: TaskResult): void {
  draft.finish(runKey(id, attempt));
  draft.finish(cancelKey(id, attempt));
  const run = draft.taskRun(id);
  if (!run || attempt !== currentAttempt(run)) return;
  const outputs = Object.keys(result.outputs).length > 0 || run.outputs ? { outputs: result.outputs } : {};
  const closed = withAttempt(draft, run, attempt, result.state);
  const { logFile } = result;
  const attempts = closed.attempts.map((one, index) =>
    logFile !== undefined && index === attempt ? { ...one, logFile } : one,
  );
  const ended = { ...closed, attempts, ...outputs };
  if (result.state === 'FAILED' && retries(draft, ended)) return;
  if (result.state === 'CANCELLED') draft.exiting = { state: 'CANCELLED', taskRunId: id };
  endTaskRun(draft, ended, result.state);
}

/** Ends what a worker does for a task run, or will do. */
export function cancelAttempt(draft: Draft, run: TaskRun): 'cancelled' | 'reports-back' {
  const attempt = currentAttempt(run);
  if (attempt === undefined || run.state.current === 'CREATED') {
    draft.finish(runKey(run.id, run.attempts.length));
    draft.finish(retryKey(run));
    return 'cancelled';
  }
  draft.effect({ type: 'cancel', key: cancelKey(run.id, attempt), taskRunId: run.id, attempt });
  return 'reports-back';
}

/** Sets a timer for another attempt, if the task's, a parent's or the flow's policy has one. */
export function retries(draft: Draft, run: TaskRun): boolean {
  const retry = retryOf(draft, run);
  const first = run.attempts[0]?.state.histories[0];
  if (!retry || !first || isStopping(draft.execution)) return false;
  if (retry.behavior === 'CREATE_NEW_EXECUTION') return retriesAnew(draft, run, retry);
  const at = nextAttempt(retry, run.attempts.length, Date.parse(first.date), draft.at, draft.random());
  if (at === undefined) return false;
  draft.move(draft.move(run, 'FAILED'), 'RETRYING');
  draft.effect({ type: 'timer', key: retryKey(run), taskRunId: run.id, at });
  if (draft.execution.state.current === 'RUNNING') {
    if (isOfFlow(run)) draft.moveExecution('FAILED');
    draft.moveExecution('RETRYING');
  }
  return true;
}

/** Ends the execution, for a new one to try all of it again, if the policy has another try. */
function retriesAnew(draft: Draft, run: TaskRun, retry: Retry): boolean {
  const { attemptNumber, firstCreated, state } = draft.execution;
  const created = Date.parse(firstCreated ?? state.histories[0]?.date ?? draft.date);
  const at = nextAttempt(retry, attemptNumber, created, draft.at, draft.random());
  if (at === undefined) return false;
  draft.change({ retryAt: at });
  draft.exiting = { state: 'RETRIED', taskRunId: run.id };
  closeTaskRun(draft, draft.move(run, 'FAILED'), 'RETRIED');
  return true;
}

/** The task run, created again, when the timer is the one that it waits for with its next try. */
export function retryDue(draft: Draft, run: TaskRun, key: string): TaskRun | undefined {
  if (run.state.current !== 'RETRYING' || key !== retryKey(run)) return undefined;
  if (draft.execution.state.current === 'RETRYING') draft.goOn();
  return draft.move(run, 'CREATED');
}

/** The attempt that a worker may report on: the running one, or the one not yet said to have begun. */
function currentAttempt(run: TaskRun): number | undefined {
  if (isTerminal(run.state.current) || run.state.current === 'RETRYING') return undefined;
  if (run.state.current !== 'CREATED') return run.attempts.length - 1;
  // While `runIf` is not answered nothing was asked of a worker: what comes in is of a former life.
  return awaited(run) === undefined ? run.attempts.length : undefined;
}

/** The key of the effect that lets a worker run an attempt. */
export function runKey(id: string, attempt: number): string {
  return `run:${id}:${attempt}`;
}

/** The key of the effect that ends one. */
export function cancelKey(id: string, attempt: number): string {
  return `cancel:${id}:${attempt}`;
}

function retryKey(run: TaskRun): string {
  return `timer:${run.id}:retry-${run.attempts.length}`;
}
