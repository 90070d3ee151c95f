/** The copy of an ended execution, to be run again from one of its task runs. */

import { mergeLabels } from '../flow/index.ts';
import type { Execution, TaskRun } from '../model/execution.ts';
import { newId } from '../model/ids.ts';
import type { StoredExecution } from '../store/store.ts';

export interface Replay {
  readonly execution: Execution;
  /** With ids of their own. */
  readonly taskRuns: readonly TaskRun[];
  /** The copy of the task run to begin with. */
  readonly from: string;
}

/** @param taskRunId a task run of the stored execution; undefined when there is none such */
export function replayOf(stored: StoredExecution, taskRunId: string): Replay | undefined {
  const id = newId();
  const kept = stored.taskRuns.filter(run => !run.superseded);
  const ids = new Map(kept.map(run => [run.id, newId()]));
  const from = ids.get(taskRunId);
  if (from === undefined) return undefined;
  const taskRuns = kept.map((run): TaskRun => {
    const parent = run.parentTaskRunId === undefined ? undefined : ids.get(run.parentTaskRunId);
    return {
      ...run,
      id: ids.get(run.id) as string,
      executionId: id,
      ...(parent !== undefined && { parentTaskRunId: parent }),
    };
  });
  return { execution: replayed(stored.execution, id), taskRuns, from };
}

/** The execution under a new id; it belongs to nobody who waits for it. */
export function replayed({ parent: _, ...execution }: Execution, id: string): Execution {
  const labels = mergeLabels(execution.labels, [
    { key: 'system.correlationId', value: id },
    { key: 'system.replay', value: 'true' },
  ]);
  return { ...execution, id, labels };
}
