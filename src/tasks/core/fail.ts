import { z } from 'zod';
import { isTruthy } from '../../expression/index.ts';
import { textProperty } from '../properties.ts';
import { type RunnableTaskType, TaskError } from '../task-type.ts';

/** Fails; with a condition only when that holds. Then the log has two entries, as in Kestra. */
export const fail: RunnableTaskType = {
  type: 'io.kestra.plugin.core.execution.Fail',
  aliases: ['io.kestra.core.tasks.executions.Fail'],
  title: 'Fail the execution',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      condition: z.string().optional().meta({ title: 'When to fail; always when absent' }),
      errorMessage: z.string().optional().meta({ title: 'What to say', default: 'Task failure' }),
    }),
  async run({ task: { properties }, expressions, log }) {
    const condition = await textProperty(properties.condition, expressions);
    if (condition !== undefined && !isTruthy(condition)) return { state: 'SUCCESS', outputs: {} };
    const message = (await textProperty(properties.errorMessage, expressions)) ?? 'Task failure';
    if (condition === undefined) throw new TaskError(message);
    log('ERROR', message);
    throw new TaskError('Fail on a condition');
  },
};
