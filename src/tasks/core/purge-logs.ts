import { z } from 'zod';
import { logLevels } from '../../logs/levels.ts';
import type { LogLevel } from '../../model/flow.ts';
import { textListProperty, textProperty } from '../properties.ts';
import { textList } from '../property-schemas.ts';
import { type RunnableTaskType, type TaskContext, TaskError } from '../task-type.ts';

/** Deletes log entries of ended executions. */
export const purgeLogs: RunnableTaskType = {
  type: 'io.kestra.plugin.core.log.PurgeLogs',
  aliases: [],
  title: 'Delete log entries of ended executions',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      endDate: z.string().meta({ title: 'Only entries before', examples: ["{{ now() | dateAdd(-1, 'MONTHS') }}"] }),
      startDate: z.string().optional().meta({ title: 'Only entries from then on' }),
      namespace: z.string().optional().meta({
        title: 'Only executions of this namespace',
        description: 'With those below it, unless there is a flowId.',
      }),
      flowId: z.string().optional().meta({ title: 'Only executions of this flow' }),
      executionId: z.string().optional().meta({ title: 'Only this execution' }),
      logLevels: textList().optional().meta({ title: 'Only entries of these levels' }),
    }),
  async run(context) {
    const { task, expressions, history } = context;
    const before = await instant('endDate', context);
    if (before === undefined) throw new TaskError('The property endDate must be given.');
    const from = await instant('startDate', context);
    const namespace = await textProperty(task.properties.namespace, expressions);
    const flowId = await textProperty(task.properties.flowId, expressions);
    const executionId = await textProperty(task.properties.executionId, expressions);
    const levels = await textListProperty('logLevels', task.properties.logLevels, expressions);
    const unknown = levels.find(level => !(logLevels as readonly string[]).includes(level));
    if (unknown !== undefined) throw new TaskError(`logLevels: "${unknown}" is none of ${logLevels.join(', ')}.`);
    const count = await history.purgeLogs({
      before,
      ...(from !== undefined && { from }),
      ...(namespace !== undefined && { namespace }),
      ...(flowId !== undefined && { flowId }),
      ...(executionId !== undefined && { executionId }),
      ...(levels.length > 0 && { levels: levels as LogLevel[] }),
    });
    return { state: 'SUCCESS', outputs: { count } };
  },
};

async function instant(name: string, { task, expressions }: TaskContext): Promise<string | undefined> {
  const text = await textProperty(task.properties[name], expressions);
  if (text === undefined) return undefined;
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new TaskError(`The property ${name} must be a date, but it is "${text}".`);
  return new Date(at).toISOString();
}
