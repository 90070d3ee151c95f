/** What a task that runs another flow wants: which flow, its inputs and labels. */
import { renderDeep, variablesOf } from '../expression/index.ts';
import { type GivenInput, readLabels } from '../flow/index.ts';
import type { TaskRun } from '../model/execution.ts';
import type { Flow, Label } from '../model/flow.ts';
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import { TaskError } from '../tasks/task-type.ts';
import type { Carried } from './carried.ts';
import type { Origin } from './new-execution.ts';

export interface ChildRequest {
  readonly flowIndex: number;
  readonly inputs: Readonly<Record<string, GivenInput>>;
  readonly labels: readonly Label[];
}

/**
 * @param flows those that can be run
 * @param taskrun what `taskrun.*` has beside the rest
 * @throws TaskError, ExpressionError
 */
export async function childRequest(
  parent: Carried,
  run: TaskRun,
  flows: readonly Flow[],
  taskrun?: ValueMap,
): Promise<{ readonly request: ChildRequest; readonly origin: Pick<Origin, 'trigger' | 'scheduleDate'> }> {
  const base = parent.renderContext(run);
  const known = base.variables.get('taskrun');
  const context = taskrun
    ? { ...base, variables: variablesOf({ taskrun: { ...(isMap(known) && known), ...taskrun } }, base.variables) }
    : base;
  const { properties } = parent.task(run);
  const text = async (value: Value | undefined) => String((await renderDeep(value ?? '', context)) ?? '');
  const [namespace, flowId] = [await text(properties.namespace), await text(properties.flowId)];
  const flowIndex = flows.findIndex(flow => flow.namespace === namespace && flow.id === flowId);
  const flow = flows[flowIndex];
  if (!flow) {
    throw new TaskError(
      `Unable to find flow '${namespace}'.'${flowId}'. Put it into the same file, as a further document.`,
    );
  }
  if (flow.disabled) throw new TaskError('Cannot execute a flow which is disabled');
  const { execution } = parent.state;
  const iteration = taskrun?.iteration ?? run.iteration;
  const inherited =
    (await text(properties.inheritLabels)) === 'true'
      ? execution.labels.filter(({ key }) => !key.startsWith('system.'))
      : [];
  const given = await renderDeep(properties.inputs ?? {}, context);
  const date = (await text(properties.scheduleDate)).trim();
  return {
    request: {
      flowIndex,
      inputs: isMap(given) ? given : {},
      labels: [...inherited, ...readLabels(await renderDeep(properties.labels ?? {}, context)).labels],
    },
    origin: {
      trigger: {
        executionId: execution.id,
        namespace: execution.namespace,
        flowId: execution.flowId,
        flowRevision: execution.flowRevision,
        taskId: run.taskId,
        taskRunId: run.id,
        ...(run.value !== undefined && { taskRunValue: run.value }),
        ...(iteration !== undefined && { taskRunIteration: iteration }),
      },
      ...(date !== '' && { scheduleDate: instant(date) }),
    },
  };
}

/** @throws TaskError for a date without a zone, which Kestra refuses too. */
function instant(text: string): string {
  // A region in brackets after the offset, as Java writes it, says nothing more.
  const at = /T.*(?:Z|[+-]\d\d:?\d\d)$/.test(text.replace(/\[.*\]$/, ''))
    ? Date.parse(text.replace(/\[.*\]$/, ''))
    : Number.NaN;
  if (Number.isNaN(at)) {
    throw new TaskError(`scheduleDate: '${text}' is not a date and time with an offset, such as 2030-01-31T08:00:00Z.`);
  }
  return new Date(at).toISOString();
}
