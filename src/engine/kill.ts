/** Somebody ends the execution: nothing new starts, what runs is cancelled and reports back. */
import { isTerminal, moveTo } from '../model/states.ts';
import type { Draft } from './draft.ts';
import { endExecution } from './end.ts';
import { flowableOf } from './flowables/index.ts';

export function kill(draft: Draft): void {
  const { current } = draft.execution.state;
  if (isTerminal(current) || current === 'KILLING') return;
  if (current === 'PAUSED') draft.moveExecution('RESTARTED');
  draft.moveExecution('KILLING');
  const parents = new Set<string | undefined>();
  for (const id of [...draft.activeIds()]) {
    const run = draft.taskRun(id);
    if (!run) continue;
    const flowable = flowableOf(draft.task(run).type);
    const attempt = run.attempts.length - 1;
    if (!flowable && run.state.current === 'RUNNING') {
      draft.effect({ type: 'cancel', key: `cancel:${id}:${attempt}`, taskRunId: id, attempt });
      continue;
    }
    const child = run.progress?.child;
    if (typeof child === 'string') {
      draft.effect({ type: 'kill-child', key: `kill-child:${id}`, taskRunId: id, executionId: child });
      continue;
    }
    if (flowable && [...draft.childrenOf(id)].some(childId => isActive(draft, childId))) continue;
    if (!flowable) draft.finish(`run:${id}:${run.attempts.length}`);
    const last = run.attempts.at(-1);
    const attempts = last ? [...run.attempts.slice(0, -1), { state: moveTo(last.state, 'KILLED', draft.date) }] : [];
    draft.move({ ...run, attempts }, 'KILLED');
    parents.add(run.parentTaskRunId);
  }
  for (const parentId of parents) draft.queue.push({ kind: 'advance', parentId, ended: undefined });
  if (![...draft.activeIds()].length) endExecution(draft, 'KILLED');
}

function isActive(draft: Draft, id: string): boolean {
  const run = draft.taskRun(id);
  return run !== undefined && !isTerminal(run.state.current) && !run.superseded;
}
