/** An ended execution is started again: what failed gets another attempt, what succeeded stays. */
import type { TaskRun } from '../model/execution.ts';
import { initialState, isTerminal, moveTo } from '../model/states.ts';
import { awaited } from './awaited.ts';
import type { Draft } from './draft.ts';
import { flowableOf } from './flowables/index.ts';

const aftermath = new Set(['errors', 'finally', 'afterExecution']);

export function restart(draft: Draft): void {
  if (!isTerminal(draft.execution.state.current) || draft.execution.phase !== 'ended') return;
  const { outputs: _outputs, ending: _ending, ...kept } = draft.execution;
  draft.replace({ ...kept, phase: 'main' });
  draft.moveExecution('RESTARTED');
  draft.moveExecution('RUNNING');
  const runs = [...draft.taskRuns()];
  // What handled the failure will handle the next one: those runs are history.
  for (const { id } of runs) {
    const run = draft.taskRun(id);
    if (run && !run.superseded && aftermath.has(run.branch)) draft.supersede(run);
  }
  for (const { id } of runs) {
    const run = draft.taskRun(id);
    if (run && !run.superseded && needsAnotherTry(run) && isWithinActive(draft, run)) tryAgain(draft, run);
  }
  draft.queue.push({ kind: 'advance', parentId: undefined, ended: undefined });
}

function needsAnotherTry(run: TaskRun): boolean {
  return ['FAILED', 'KILLED', 'CANCELLED'].includes(run.state.current);
}

/** A failure inside a parent that ended well (AllowFailure, allowFailure) is settled. Parents come before children. */
function isWithinActive(draft: Draft, run: TaskRun): boolean {
  const parent = draft.parent(run);
  return !parent || !isTerminal(parent.state.current);
}

function tryAgain(draft: Draft, run: TaskRun): void {
  const flowable = flowableOf(draft.task(run).type);
  const restarted = { ...run, state: moveTo(run.state, 'RESTARTED', draft.date) };
  const children = [...draft.childrenOf(run.id)].flatMap(id => draft.taskRun(id) ?? []);
  if (flowable && !flowable.restartsAnew && canGoOn(run, children)) {
    const { awaiting: _awaiting, exit: _exit, ...progress } = run.progress ?? {};
    const attempts = [...run.attempts.slice(0, -1), { state: initialState('RUNNING', draft.date) }];
    draft.move({ ...restarted, attempts, progress: { ...progress, phase: 'main' } }, 'RUNNING');
    draft.queue.push({ kind: 'advance', parentId: run.id, ended: undefined });
  } else {
    for (const child of children) draft.supersede(child);
    const { progress: _progress, ...anew } = restarted;
    draft.move(anew, 'CREATED');
    draft.queue.push({ kind: 'start', taskRunId: run.id });
  }
}

/** A flowable goes on where it was when its children failed or were ended; what failed by itself begins anew. */
function canGoOn(run: TaskRun, children: readonly TaskRun[]): boolean {
  if (children.some(needsAnotherTry)) return true;
  return run.state.current !== 'FAILED' && children.length > 0 && awaited(run) === undefined;
}
