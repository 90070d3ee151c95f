import { z } from 'zod';
import { writeIon } from '../../expression/ion/write.ts';
import { isAtLeast, logLevels } from '../../logs/levels.ts';
import type { LogLevel } from '../../model/flow.ts';
import type { ValueMap } from '../../model/value.ts';
import { choiceProperty, textListProperty, textProperty } from '../properties.ts';
import { textList } from '../property-schemas.ts';
import type { RunnableTaskType, TaskContext } from '../task-type.ts';
import { storeNew } from './stored-file.ts';

/** Keeps the log of an execution, this one if no other is named, as a file with an entry a line. */
export const fetchLogs: RunnableTaskType = {
  type: 'io.kestra.plugin.core.log.Fetch',
  aliases: ['io.kestra.core.tasks.log.Fetch'],
  title: 'Keep the log as a file',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      executionId: z.string().optional().meta({ title: 'The execution', default: '{{ execution.id }}' }),
      namespace: z.string().optional().meta({ title: 'Its namespace' }),
      flowId: z.string().optional().meta({ title: 'Its flow' }),
      tasksId: z.union([z.string(), textList()]).optional().meta({ title: 'Only entries of these tasks' }),
      level: z
        .enum(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'])
        .optional()
        .meta({ title: 'The lowest level', default: 'INFO' }),
    }),
  async run(context) {
    const { expressions, execution, task } = context;
    const { executionId, tasksId, level } = task.properties;
    const id = (await textProperty(executionId, expressions)) ?? execution.id;
    const tasks = new Set(
      await textListProperty('tasksId', typeof tasksId === 'string' ? [tasksId] : tasksId, expressions),
    );
    const lowest = await choiceProperty('level', level, logLevels, 'INFO', expressions);
    const count = { size: 0 };
    const uri = await storeNew(context, entries(id, tasks, lowest, count, context), '.ion');
    return { state: 'SUCCESS', outputs: { size: count.size, uri } };
  },
};

async function* entries(
  executionId: string,
  tasks: ReadonlySet<string>,
  lowest: LogLevel,
  count: { size: number },
  { history }: TaskContext,
): AsyncGenerator<Uint8Array> {
  for await (const batch of history.logs(executionId)) {
    for (const { sequence: _, ...entry } of batch) {
      if (!isAtLeast(entry.level, lowest) || (tasks.size > 0 && !tasks.has(entry.taskId ?? ''))) continue;
      count.size += 1;
      yield Buffer.from(`${writeIon({ executionId, ...entry } as ValueMap)}\n`);
    }
  }
}
