/** Ending an execution before its tasks are done: somebody kills it, or one of its own tasks ends it. */
import { isTerminal } from '../model/states.ts';
import { cancelAttempt } from './attempt.ts';
import type { Draft } from './draft.ts';
import { dropOutputs } from './end.ts';
import { flowableOf } from './flowables/index.ts';
import { isStopping } from './stopping.ts';
import { cutShort } from './task-run-end.ts';

/** Somebody ends the execution. After its end, what still runs of `afterExecution` is ended, and the state stays. */
export function kill(draft: Draft): void {
  const { phase, state } = draft.execution;
  if (phase === 'ended' || state.current === 'KILLING') return;
  const wasStopping = isStopping(draft.execution);
  if (isTerminal(state.current)) draft.change({ ending: 'KILLED' });
  else {
    dropOutputs(draft);
    if (state.current === 'PAUSED') draft.moveExecution('RESTARTED');
    draft.moveExecution('KILLING');
  }
  if (!wasStopping) stopAll(draft);
}

/** A task run has ended the execution: its parents will end in the same state, everything else is cancelled. */
export function exit(draft: Draft): void {
  const { exiting } = draft;
  draft.exiting = undefined;
  const run = exiting?.taskRunId === undefined ? undefined : draft.taskRun(exiting.taskRunId);
  if (!exiting || isStopping(draft.execution)) return;
  for (let parent = run && draft.parent(run); parent; parent = draft.parent(parent)) {
    draft.put({ ...parent, progress: { ...parent.progress, exit: exiting.state } });
  }
  draft.change({ ending: exiting.state });
  stopAll(draft);
}

/** Cancels what workers do, ends what has not begun, and lets flowables see to the rest. */
function stopAll(draft: Draft): void {
  for (const id of [...draft.activeIds()]) {
    const run = draft.taskRun(id);
    if (!run) continue;
    const begun = flowableOf(draft.task(run).type) && run.progress?.phase !== undefined;
    if (begun && run.state.current !== 'RETRYING') {
      draft.queue.push({ kind: 'advance', parentId: id, ended: undefined });
    } else if (cancelAttempt(draft, run) === 'cancelled') cutShort(draft, run, 'KILLED');
  }
  draft.queue.push({ kind: 'advance', parentId: undefined, ended: undefined });
}
