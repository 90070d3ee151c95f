/** The copy of an ended execution, to be run again from one of its task runs. */

import { mergeLabels } from '../flow/index.ts';
import type { Execution, TaskRun } from '../model/execution.ts';
import type { Label } from '../model/flow.ts';
import { derivedId, newId } from '../model/ids.ts';
import { initialState } from '../model/states.ts';
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
function replayed({ parent: _parent, retryAt: _retryAt, ...execution }: Execution, id: string): Execution {
  return { ...execution, id, labels: labelled(execution.labels, id, [{ key: 'system.replay', value: 'true' }]) };
}

/** The same flow with the same inputs and labels from the start, not yet begun. */
export function afresh(before: Execution, id: string): Execution {
  const { namespace, flowId, flowRevision, inputs, originalId, trigger } = before;
  return {
    id,
    namespace,
    flowId,
    flowRevision,
    inputs,
    originalId,
    ...(trigger && { trigger }),
    state: initialState('CREATED', new Date().toISOString()),
    labels: labelled(before.labels, id, [{ key: 'system.replay', value: 'true' }]),
    attemptNumber: 1,
    phase: 'created',
  };
}

/** The same each time it is asked for, until a restart makes the history longer. */
export function nextTryId({ id, state }: Execution): string {
  return derivedId(`${id}/retried/${state.histories.length}`);
}

/** The next try of an execution that ended RETRIED. */
export function nextTry(before: Execution, id: string): Execution {
  return {
    ...afresh(before, id),
    labels: labelled(before.labels, id, []),
    attemptNumber: before.attemptNumber + 1,
    firstCreated: before.firstCreated ?? before.state.histories[0]?.date ?? new Date().toISOString(),
  };
}

function labelled(labels: readonly Label[], id: string, added: readonly Label[]): readonly Label[] {
  return mergeLabels(labels, [{ key: 'system.correlationId', value: id }, ...added]);
}
