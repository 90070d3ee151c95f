import { z } from 'zod';
import { isTerminal } from '../../model/states.ts';
import { executionPrefix } from '../../storage/uris.ts';
import type { ExecutionSummary } from '../../store/store.ts';
import { flagProperty, textListProperty, textProperty } from '../properties.ts';
import { textList } from '../property-schemas.ts';
import { type RunnableTaskType, type TaskContext, TaskError } from '../task-type.ts';

const flag = (title: string) => z.boolean().optional().meta({ title, default: true });

/** Deletes ended executions of a time, as `windlass clean` does: with them go their subflows, logs and metrics. */
export const purgeExecutions: RunnableTaskType = {
  type: 'io.kestra.plugin.core.execution.PurgeExecutions',
  aliases: ['io.kestra.core.tasks.storages.Purge', 'io.kestra.plugin.core.storage.Purge'],
  title: 'Delete ended executions',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      endDate: z
        .string()
        .meta({ title: 'Only executions that began before', examples: ["{{ now() | dateAdd(-1, 'MONTHS') }}"] }),
      startDate: z.string().optional().meta({ title: 'Only executions that began then or later' }),
      namespace: z.string().optional().meta({
        title: 'Only executions of this namespace',
        description: 'With those below it, unless there is a flowId.',
      }),
      flowId: z.string().optional().meta({ title: 'Only executions of this flow' }),
      states: textList().optional().meta({ title: 'Only executions in these states' }),
      purgeExecution: flag('Whether executions are deleted'),
      purgeLog: flag('Whether logs are deleted; they always go with their execution'),
      purgeMetric: flag('Whether metrics are deleted; they always go with their execution'),
      purgeStorage: flag('Whether files are deleted'),
      batchSize: z.int().optional().meta({ title: 'Has no effect' }),
    }),
  check: ({ purgeExecution, purgeLog, purgeMetric }) =>
    String(purgeExecution) === 'false' && !(String(purgeLog) === 'false' && String(purgeMetric) === 'false')
      ? [
          {
            path: 'purgeExecution',
            message:
              'logs and metrics cannot be deleted without their execution; set purgeLog and purgeMetric to false',
          },
        ]
      : [],
  async run(context) {
    const { task, expressions, history, storage } = context;
    const wants = (name: string) => flagProperty(name, task.properties[name], true, expressions);
    const [executions, files] = [await wants('purgeExecution'), await wants('purgeStorage')];
    const counts = { executionsCount: 0, logsCount: 0, storagesCount: 0, metricsCount: 0 };
    for (const each of await chosen(context)) {
      const prefix = executionPrefix(each.namespace, each.flowId, each.id);
      if (executions) {
        const [logs, metrics] = [await countLogs(each.id, context), (await history.metrics(each.id)).length];
        // A process may have taken it up again, or it is already gone with the one that started it.
        if (!(await history.remove(each.id)).includes(each.id)) continue;
        counts.executionsCount += 1;
        counts.logsCount += logs;
        counts.metricsCount += metrics;
      }
      if (!files) continue;
      for await (const _ of storage.list(`${prefix}/`)) counts.storagesCount += 1;
      await storage.deletePrefix(prefix);
    }
    return { state: 'SUCCESS', outputs: counts };
  },
};

/** Children first: they are counted before they go with their parents. */
async function chosen({ task, expressions, history, execution }: TaskContext): Promise<readonly ExecutionSummary[]> {
  const { properties } = task;
  const date = async (name: string): Promise<number | undefined> => {
    const text = await textProperty(properties[name], expressions);
    if (text === undefined) return undefined;
    const at = Date.parse(text);
    if (Number.isNaN(at)) throw new TaskError(`The property ${name} must be a date, but it is "${text}".`);
    return at;
  };
  const [from, to] = [await date('startDate'), await date('endDate')];
  const namespace = await textProperty(properties.namespace, expressions);
  const flowId = await textProperty(properties.flowId, expressions);
  const states = await textListProperty('states', properties.states, expressions);
  return (await history.executions()).filter(each => {
    const began = Date.parse(each.startDate);
    const isNamed =
      namespace === undefined ||
      each.namespace === namespace ||
      (flowId === undefined && each.namespace.startsWith(`${namespace}.`));
    return (
      each.id !== execution.id &&
      isTerminal(each.state) &&
      began >= (from ?? Number.NEGATIVE_INFINITY) &&
      began < (to ?? Number.POSITIVE_INFINITY) &&
      isNamed &&
      (flowId === undefined || each.flowId === flowId) &&
      (states.length === 0 || states.includes(each.state))
    );
  });
}

async function countLogs(id: string, { history }: TaskContext): Promise<number> {
  let count = 0;
  for await (const batch of history.logs(id)) count += batch.length;
  return count;
}
