/** An ended execution is started again: what failed gets another attempt, what succeeded stays. */
import type { TaskRun } from '../model/execution.ts';
import { initialState, isTerminal, moveTo } from '../model/states.ts';
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
  for (const run of runs) if (aftermath.has(run.branch)) supersedeTree(draft, run);
  for (const run of runs) {
    const current = draft.taskRun(run.id);
    if (!current || current.superseded || !needsAnotherTry(current)) continue;
    tryAgain(draft, current);
  }
  draft.queue.push({ kind: 'advance', parentId: undefined, ended: undefined });
}

function needsAnotherTry(run: TaskRun): boolean {
  return ['FAILED', 'KILLED', 'CANCELLED'].includes(run.state.current);
}

function tryAgain(draft: Draft, run: TaskRun): void {
  const task = draft.task(run);
  const flowable = flowableOf(task.type);
  const children = [...draft.childrenOf(run.id)]
    .map(id => draft.taskRun(id))
    .filter(child => child && !child.superseded);
  const again = { ...run, state: moveTo(run.state, 'RESTARTED', draft.date) };
  if (flowable && children.length > 0 && task.branches.tasks !== undefined && !('open' in (run.progress ?? {}))) {
    const attempts = [...run.attempts.slice(0, -1), { state: initialState('RUNNING', draft.date) }];
    draft.move({ ...again, attempts, progress: { ...run.progress, phase: 'main' } }, 'RUNNING');
    draft.queue.push({ kind: 'advance', parentId: run.id, ended: undefined });
  } else if (flowable) {
    // It failed by itself, or its working directory is gone: it begins anew.
    for (const child of children) if (child) supersedeTree(draft, child);
    draft.put({
      ...again,
      state: moveTo(again.state, 'CREATED', draft.date),
      attempts: run.attempts.slice(0, -1),
      progress: {},
    });
    draft.queue.push({ kind: 'start', taskRunId: run.id });
  } else {
    draft.put({ ...again, state: moveTo(again.state, 'CREATED', draft.date) });
    draft.queue.push({ kind: 'start', taskRunId: run.id });
  }
}

function supersedeTree(draft: Draft, run: TaskRun): void {
  for (const id of [...draft.childrenOf(run.id)]) {
    const child = draft.taskRun(id);
    if (child && !child.superseded) supersedeTree(draft, child);
  }
  draft.put({ ...run, superseded: true });
}
