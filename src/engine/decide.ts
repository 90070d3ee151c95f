/**
 * The state machine. From an execution's state and one event: what changed, and what is to be done.
 * Pure: no clock (events carry their time), no I/O, no rendering (a rendering is an effect, its answer an event).
 */

import { isTruthy } from '../expression/truth.ts';
import type { TaskResult, TaskRun } from '../model/execution.ts';
import type { Retry } from '../model/flow.ts';
import { initialState, isTerminal, moveTo, type State } from '../model/states.ts';
import { Container, enabled, isKilling, stepSequential } from './container.ts';
import { type Decision, Draft } from './draft.ts';
import { endExecution, stepExecution, takeOutputs, worst } from './end.ts';
import type { Answer, EngineEvent } from './event.ts';
import type { StateView } from './execution-state.ts';
import { type Ending, type Flowable, FlowableFailure } from './flowable.ts';
import { flowableOf } from './flowables/index.ts';
import { kill } from './kill.ts';
import { restart } from './restart.ts';
import { nextAttempt } from './retry.ts';

/** Where new ids and chance come from; given, so that the same event decides the same. */
export interface Sources {
  readonly newId: () => string;
  /** In [0, 1). */
  readonly random: () => number;
}

/** Decides about one event. Events that no longer matter (an ended task run, a terminal execution) change nothing. */
export function decide(state: StateView, event: EngineEvent, sources: Sources): Decision {
  const draft = new Draft(state, sources.newId, event.at);
  take(draft, event, sources);
  return draft.decision();
}

/** Takes one event into a draft; several may go into one, to be committed together. */
export function take(draft: Draft, event: EngineEvent, sources: Sources): void {
  draft.at = event.at;
  switch (event.type) {
    case 'start':
      start(draft);
      break;
    case 'started':
      started(draft, event.taskRunId, event.attempt);
      break;
    case 'finished':
      finished(draft, event.taskRunId, event.attempt, event.result, sources);
      break;
    case 'answered':
      answered(draft, event.key, event.answer);
      break;
    case 'due':
      due(draft, event.key);
      break;
    case 'child-started':
      withFlowable(draft, event.taskRunId, (flowable, container) =>
        flowable.childStarted?.(container, event.executionId),
      );
      break;
    case 'child-ended':
      draft.finish(`subflow:${event.taskRunId}`);
      withFlowable(draft, event.taskRunId, (flowable, container) =>
        flowable.childEnded?.(container, {
          executionId: event.executionId,
          state: event.state,
          ...(event.outputs && { outputs: event.outputs }),
        }),
      );
      break;
    case 'resume':
      for (const id of event.taskRunId === undefined ? [...draft.activeIds()] : [event.taskRunId]) {
        if (draft.taskRun(id)?.state.current === 'PAUSED')
          withFlowable(draft, id, (flowable, container) => flowable.resumed?.(container, event.onResume));
      }
      break;
    case 'kill':
      kill(draft);
      break;
    case 'restart':
      restart(draft);
      break;
  }
  work(draft);
}

function start(draft: Draft): void {
  if (draft.execution.phase !== 'created') return;
  draft.change({ phase: 'main' });
  if (enabled(draft.flow.tasks).length > 0) draft.moveExecution('RUNNING');
  draft.queue.push({ kind: 'advance', parentId: undefined, ended: undefined });
}

/** Works off what one change brought about, step by step. */
function work(draft: Draft): void {
  for (let step = draft.queue.shift(); step; step = draft.queue.shift()) {
    if (step.kind === 'start') setOff(draft, step.taskRunId);
    else if (step.parentId === undefined) stepExecution(draft);
    else advance(draft, step.parentId, step.ended);
    if (draft.exiting) exit(draft);
  }
}

function setOff(draft: Draft, id: string): void {
  const run = draft.taskRun(id);
  if (!run || isTerminal(run.state.current)) return;
  const { runIf } = draft.task(run);
  if (runIf === undefined || run.attempts.length > 0) begin(draft, run);
  else draft.effect({ type: 'evaluate', key: `evaluate:${id}:runIf`, taskRunId: id, template: runIf, as: 'text' });
}

/** Hands a task run to a worker, or to the engine's own flowable. */
function begin(draft: Draft, run: TaskRun): void {
  const flowable = flowableOf(draft.task(run).type);
  if (!flowable) {
    const attempt = run.attempts.length;
    draft.effect({ type: 'run', key: `run:${run.id}:${attempt}`, taskRunId: run.id, attempt });
    return;
  }
  const attempts = [...run.attempts, { state: initialState('RUNNING', draft.date) }];
  const begun = draft.put({ ...run, attempts, progress: { phase: 'main' } });
  if (flowable.kind === 'flowable') draft.move(begun, 'RUNNING');
  withFlowable(draft, run.id, (its, container) => its.begin?.(container));
}

function started(draft: Draft, id: string, attempt: number): void {
  const run = draft.taskRun(id);
  if (!run || run.state.current !== 'CREATED' || run.attempts.length !== attempt) return;
  draft.move({ ...run, attempts: [...run.attempts, { state: initialState('RUNNING', draft.date) }] }, 'RUNNING');
}

function finished(draft: Draft, id: string, attempt: number, result: TaskResult, sources: Sources): void {
  draft.finish(`run:${id}:${attempt}`);
  draft.finish(`cancel:${id}:${attempt}`);
  const run = draft.taskRun(id);
  if (!run || isTerminal(run.state.current) || run.state.current === 'RETRYING') return;
  const outputs = Object.keys(result.outputs).length > 0 || run.outputs ? { outputs: result.outputs } : {};
  const ended = draft.put({ ...withAttempt(draft, run, attempt, result.state), ...outputs });
  if (result.state === 'FAILED' && !isKilling(draft) && retries(draft, ended, sources)) return;
  endTaskRun(draft, ended, result.state);
}

function withAttempt(draft: Draft, run: TaskRun, attempt: number, state: State): TaskRun {
  const last = run.attempts[attempt];
  const ended = { state: last ? moveTo(last.state, state, draft.date) : initialState(state, draft.date) };
  return { ...run, attempts: [...run.attempts.slice(0, attempt), ended] };
}

/** Sets a timer for another attempt, if the task's, a parent's or the flow's policy has one. */
function retries(draft: Draft, run: TaskRun, sources: Sources): boolean {
  const retry = retryOf(draft, run);
  const first = run.attempts[0]?.state.histories[0];
  if (!retry || !first || retry.behavior === 'CREATE_NEW_EXECUTION') return false;
  const at = nextAttempt(retry, run.attempts.length, Date.parse(first.date), draft.at, sources.random());
  if (at === undefined) return false;
  draft.move(draft.move(run, 'FAILED'), 'RETRYING');
  draft.effect({ type: 'timer', key: `timer:${run.id}:retry-${run.attempts.length}`, taskRunId: run.id, at });
  if (draft.execution.state.current === 'RUNNING') {
    if (run.parentTaskRunId === undefined) draft.moveExecution('FAILED');
    draft.moveExecution('RETRYING');
  }
  return true;
}

/** The task's own policy, else the nearest parent's, else the flow's. */
function retryOf(draft: Draft, run: TaskRun): Retry | undefined {
  for (
    let at: TaskRun | undefined = run;
    at;
    at = at.parentTaskRunId === undefined ? undefined : draft.taskRun(at.parentTaskRunId)
  ) {
    const { retry } = draft.task(at);
    if (retry) return retry;
  }
  return draft.flow.retry;
}

/** A task run has ended: what its state means with its flags, and its parent is told. */
function endTaskRun(draft: Draft, run: TaskRun, raw: State): void {
  const task = draft.task(run);
  let state = raw;
  if (state === 'SUCCESS' && run.attempts.length > 1 && retryOf(draft, run)?.warningOnRetry) state = 'WARNING';
  if (state === 'FAILED' && task.allowFailure) state = 'WARNING';
  if (state === 'WARNING' && task.allowWarning) state = 'SUCCESS';
  const ended = draft.move(run, state);
  draft.queue.push({ kind: 'advance', parentId: run.parentTaskRunId, ended });
}

function answered(draft: Draft, key: string, answer: Answer): void {
  draft.finish(key);
  const [type, id, about = ''] = key.split(':');
  if (type === 'outputs') return takeOutputs(draft, answer);
  const run = id === undefined ? undefined : draft.taskRun(id);
  if (!run || isTerminal(run.state.current)) return;
  if (about === 'runIf') return answeredRunIf(draft, run, answer);
  if (!answer.ok) return failTaskRun(draft, run, answer.message, 'ERROR');
  withFlowable(draft, run.id, (flowable, container) =>
    flowable.answered?.(container, type === 'evaluate' ? about : (type ?? ''), answer),
  );
}

function answeredRunIf(draft: Draft, run: TaskRun, answer: Answer): void {
  if (!answer.ok) {
    draft.log('ERROR', `Failed to evaluate the runIf condition for task ${run.taskId}. Cause: ${answer.message}`, run);
    endTaskRun(draft, run, 'FAILED');
  } else if (isTruthy(answer.value === null ? null : String(answer.value))) begin(draft, run);
  else endTaskRun(draft, { ...run, attempts: [{ state: initialState('SKIPPED', draft.date) }] }, 'SKIPPED');
}

/** A flowable cannot go on: it ends without its `errors` tasks, as none of its own tasks has failed. */
function failTaskRun(draft: Draft, run: TaskRun, message: string, level: 'WARN' | 'ERROR'): void {
  draft.log(level, message, run);
  finishFlowable(draft, run, 'FAILED');
}

function due(draft: Draft, key: string): void {
  draft.finish(key);
  const [, id = '', about = ''] = key.split(':');
  const run = draft.taskRun(id);
  if (!run || isTerminal(run.state.current)) return;
  if (!about.startsWith('retry-'))
    return withFlowable(draft, id, (flowable, container) => flowable.due?.(container, about));
  if (run.state.current !== 'RETRYING') return;
  if (draft.execution.state.current === 'RETRYING') draft.moveExecution('RUNNING');
  begin(draft, draft.move(run, 'CREATED'));
}

/** Lets a flowable act on its task run and goes on from there; what it throws as a failure ends the task run. */
function withFlowable(draft: Draft, id: string, act: (flowable: Flowable, container: Container) => void): void {
  const run = draft.taskRun(id);
  const flowable = run && flowableOf(draft.task(run).type);
  if (!run || !flowable || isTerminal(run.state.current)) return;
  try {
    act(flowable, new Container(draft, run));
    advance(draft, id, undefined);
  } catch (error) {
    if (!(error instanceof FlowableFailure) && !(error instanceof Error && error.name === 'DurationError')) throw error;
    failTaskRun(
      draft,
      draft.taskRun(id) ?? run,
      error.message,
      error instanceof FlowableFailure ? error.level : 'ERROR',
    );
  }
}

/** Main tasks, then `errors` if one failed, then `finally`, then the end. */
function advance(draft: Draft, id: string, ended: TaskRun | undefined): void {
  const run = draft.taskRun(id);
  const flowable = run && flowableOf(draft.task(run).type);
  if (!run || !flowable || isTerminal(run.state.current)) return;
  const container = new Container(draft, run);
  const { branches } = container.task;
  if (container.notes.phase === 'main') {
    if (flowable.step(container, ended) === 'waiting') return;
    const failed = stateOf(flowable.ending(container)) === 'FAILED';
    container.note({ phase: failed && branches.errors?.length ? 'errors' : 'finally' });
  }
  if (container.notes.phase === 'errors') {
    if (stepSequential(draft, id, 'errors', branches.errors ?? [], {}, false) === 'waiting') return;
    container.note({ phase: 'finally' });
  }
  if (stepSequential(draft, id, 'finally', branches.finally ?? [], {}, false) === 'waiting') return;
  finishFlowable(draft, container.run, isKilling(draft) ? 'KILLED' : stateOf(flowable.ending(container)));
}

function finishFlowable(draft: Draft, run: TaskRun, state: State): void {
  endTaskRun(draft, withAttempt(draft, run, Math.max(0, run.attempts.length - 1), state), state);
}

function stateOf(ending: Ending): State {
  return 'state' in ending ? ending.state : worst(ending);
}

/** The execution ends here and now: the asking task run and its parents take the state, all else is cancelled. */
function exit(draft: Draft): void {
  const { state, taskRunId } = draft.exiting ?? { state: 'SUCCESS' as const };
  draft.exiting = undefined;
  draft.queue.length = 0;
  const chain = new Set<string>();
  for (let id = taskRunId; id !== undefined; id = draft.taskRun(id)?.parentTaskRunId) chain.add(id);
  for (const id of [...draft.activeIds()]) {
    const run = draft.taskRun(id);
    if (!run) continue;
    const own = id === taskRunId;
    if (!chain.has(id) && run.state.current === 'RUNNING' && !flowableOf(draft.task(run).type)) {
      const attempt = run.attempts.length - 1;
      draft.effect({ type: 'cancel', key: `cancel:${id}:${attempt}`, taskRunId: id, attempt });
    }
    draft.move(own ? withAttempt(draft, run, run.attempts.length - 1, state) : run, chain.has(id) ? state : 'KILLED');
  }
  endExecution(draft, state);
}
