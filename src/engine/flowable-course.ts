/** The course of a task run that the engine carries out: its own tasks, `errors` if one failed, `finally`, the end. */
import { DurationError } from '../model/duration.ts';
import type { TaskRun } from '../model/execution.ts';
import { initialState, isTerminal, type State } from '../model/states.ts';
import { retries } from './attempt.ts';
import { awaited } from './awaited.ts';
import { Container, stepSequential } from './container.ts';
import type { Draft } from './draft.ts';
import { worst } from './end.ts';
import { type Ending, type Flowable, FlowableFailure } from './flowable.ts';
import { flowableOf } from './flowables/index.ts';
import { isStopping } from './stopping.ts';
import { closeTaskRun, cutShort, withAttempt, withFlags } from './task-run-end.ts';

export function beginFlowable(draft: Draft, flowable: Flowable, run: TaskRun): void {
  const attempts = [...run.attempts, { state: initialState('RUNNING', draft.date) }];
  const begun = draft.put({ ...run, attempts, progress: { ...run.progress, phase: 'main' } });
  if (flowable.kind === 'flowable') draft.move(begun, 'RUNNING');
  withFlowable(draft, run.id, (its, container) => its.begin?.(container));
}

/** Lets a flowable act on its task run and goes on from there; what it throws as a failure ends the task run. */
export function withFlowable(draft: Draft, id: string, act: (flowable: Flowable, container: Container) => void): void {
  const run = draft.taskRun(id);
  const flowable = run && flowableOf(draft.task(run).type);
  if (!run || !flowable || isTerminal(run.state.current) || run.state.current === 'RETRYING') return;
  try {
    act(flowable, new Container(draft, run));
    advance(draft, id, undefined);
  } catch (error) {
    if (!(error instanceof FlowableFailure || error instanceof DurationError)) throw error;
    failFlowable(draft, id, error.message, error instanceof FlowableFailure ? error.level : 'ERROR');
  }
}

/** A flowable cannot go on: it ends without its `errors` tasks, as none of its own tasks has failed. */
export function failFlowable(draft: Draft, id: string, message: string, level: 'WARN' | 'ERROR' = 'ERROR'): void {
  const run = draft.taskRun(id);
  const flowable = run && flowableOf(draft.task(run).type);
  if (!run || !flowable || isTerminal(run.state.current) || run.state.current === 'RETRYING') return;
  draft.log(level, message, run);
  if (isStopping(draft.execution)) cutShort(draft, run, 'KILLED');
  else if (flowable.branchesAreOutput && run.outputs === undefined) {
    // Kestra fails to store the outputs, says so as a warning, and leaves the attempt as it is.
    draft.log('WARN', `No branch of ${run.taskId} was chosen: there is nothing to choose by.`, run);
    closeTaskRun(draft, run, withFlags(draft, run, 'FAILED'));
  } else finish(draft, flowable, run, 'FAILED');
}

/** Looks what follows in a flowable, because a child (`ended`) or something else about it has changed. */
export function advance(draft: Draft, id: string, ended: TaskRun | undefined): void {
  const run = draft.taskRun(id);
  const flowable = run && flowableOf(draft.task(run).type);
  if (!run || !flowable || isTerminal(run.state.current)) return;
  const container = new Container(draft, run);
  if (isStopping(draft.execution)) stop(flowable, container);
  else if (awaited(run) === undefined) step(draft, flowable, container, ended);
}

function step(draft: Draft, flowable: Flowable, container: Container, ended: TaskRun | undefined): void {
  const { id } = container.run;
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
  const ending = flowable.ending(container);
  const state = stateOf(ending);
  if ('final' in ending && ending.final) close(draft, container.run, state);
  else finish(draft, flowable, container.run, flowable.forgives && state === 'FAILED' ? 'WARNING' : state);
}

/** The execution is ending: this one ends when its children have, in the state of the task that ended it all. */
function stop(flowable: Flowable, container: Container): void {
  const { draft } = container;
  if (container.hasActiveChildren || flowable.stop?.(container) === 'waiting') return;
  const { exit } = container.notes;
  // Kestra leaves the attempts of an Exit's parents RUNNING (observed.md section 1), and of all that have tasks at a kill.
  if (typeof exit === 'string' && draft.execution.state.current !== 'KILLING')
    closeTaskRun(draft, container.run, exit as State);
  else if (Object.values(container.task.branches).some(tasks => tasks && tasks.length > 0))
    closeTaskRun(draft, container.run, 'KILLED');
  else cutShort(draft, container.run, 'KILLED');
}

/** Unlike that of a task which a worker runs, the attempt ends in the state that the task's flags make of it. */
function finish(draft: Draft, flowable: Flowable, run: TaskRun, raw: State): void {
  const attempt = Math.max(0, run.attempts.length - 1);
  if (raw === 'FAILED' && flowable.retried && retries(draft, withAttempt(draft, run, attempt, raw))) return;
  // Kestra asks for no flag of a task that its executor itself carries out.
  close(draft, run, flowable.kind === 'immediate' ? raw : withFlags(draft, run, raw));
}

function close(draft: Draft, run: TaskRun, state: State): void {
  closeTaskRun(draft, withAttempt(draft, run, Math.max(0, run.attempts.length - 1), state), state);
}

function stateOf(ending: Ending): State {
  return 'state' in ending ? ending.state : worst(ending);
}
