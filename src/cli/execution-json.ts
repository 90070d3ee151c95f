/** An execution in Kestra's API form, written in pieces: its log may be larger than one string can be. */

import { formatDuration } from '../model/duration.ts';
import type { Execution, TaskRun } from '../model/execution.ts';
import { writeJson } from '../model/json.ts';
import { isTerminal, type StateHistory } from '../model/states.ts';
import type { Store } from '../store/store.ts';

/** `state` as Kestra's API has it; `duration` is an ISO 8601 text, to now while there is only one entry. */
function stateJson(state: StateHistory): object {
  const first = state.histories[0];
  const last = state.histories.at(-1);
  const start = Date.parse(first?.date ?? '');
  const end = state.histories.length > 1 ? Date.parse(last?.date ?? '') : Date.now();
  return {
    current: state.current,
    histories: state.histories,
    startDate: first?.date,
    ...(isTerminal(state.current) && { endDate: last?.date }),
    duration: formatDuration(end - start),
  };
}

export function executionJson(execution: Execution, taskRuns: Iterable<TaskRun>): object {
  const { id, namespace, flowId, flowRevision, labels, inputs, outputs, originalId, trigger, parent, scheduleDate } =
    execution;
  return {
    id,
    namespace,
    flowId,
    flowRevision,
    state: stateJson(execution.state),
    labels,
    ...(Object.keys(inputs).length > 0 && { inputs }),
    ...(outputs && { outputs }),
    originalId,
    ...(scheduleDate !== undefined && { scheduleDate }),
    ...(parent && { parentId: parent.executionId }),
    ...(trigger && { trigger: { id: 'subflow', type: 'io.kestra.plugin.core.flow.Subflow', variables: trigger } }),
    // Last: the document of an execution is written up to here, then task run by task run.
    taskRunList: [...taskRuns].filter(run => !run.superseded).map(taskRunJson),
  };
}

function taskRunJson(run: TaskRun): object {
  const { id, executionId, taskId, parentTaskRunId, value, iteration, outputs } = run;
  return {
    id,
    executionId,
    taskId,
    ...(parentTaskRunId !== undefined && { parentTaskRunId }),
    ...(value !== undefined && { value }),
    ...(iteration !== undefined && { iteration }),
    attempts: run.attempts.map(({ state, logFile }) => ({
      state: stateJson(state),
      ...(logFile !== undefined && { logFile }),
    })),
    ...(outputs && { outputs }),
    state: stateJson(run.state),
  };
}

/** Task runs in one piece of a document: about 400 KB. */
const runsAtOnce = 500;

/** The document of one execution with its `logs` and `metrics`, piece by piece. */
export async function* executionDocument(store: Store, executionId: string): AsyncGenerator<string> {
  const stored = await store.load(executionId);
  if (!stored) return;
  yield writeJson(executionJson(stored.execution, [])).slice(0, -']}'.length);
  const runs = stored.taskRuns.filter(run => !run.superseded);
  for (let from = 0; from < runs.length; from += runsAtOnce)
    yield listed(runs.slice(from, from + runsAtOnce).map(taskRunJson), from === 0);
  yield '],"logs":[';
  let first = true;
  for await (const batch of store.logs(executionId)) {
    if (batch.length === 0) continue;
    yield listed(
      batch.map(({ sequence: _, ...entry }) => entry),
      first,
    );
    first = false;
  }
  yield `],"metrics":${writeJson(await store.metrics(executionId))}}`;
}

/** A part of a JSON list. */
function listed(items: readonly object[], first: boolean): string {
  return `${first ? '' : ','}${items.map(item => writeJson(item)).join(',')}`;
}
