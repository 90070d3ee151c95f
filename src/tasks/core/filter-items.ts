import { z } from 'zod';
import { isTruthy } from '../../expression/index.ts';
import { choiceProperty } from '../properties.ts';
import { type RunnableTaskType, type TaskContext, TaskError } from '../task-type.ts';
import { itemRows, itemTemplate, renderItem } from './item-rows.ts';
import { storeNew, uriProperty } from './stored-file.ts';

const behaviors = ['FAIL', 'INCLUDE', 'EXCLUDE'] as const;
const kinds = ['INCLUDE', 'EXCLUDE'] as const;

/** Keeps the items of a file for which a condition holds, or those for which it does not. */
export const filterItems: RunnableTaskType = {
  type: 'io.kestra.plugin.core.storage.FilterItems',
  aliases: ['io.kestra.core.tasks.storages.FilterItems'],
  title: 'Filter the items of a file',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      from: z.string().meta({ title: 'The kestra:/// URI of the file', description: 'An item a line: Ion or JSON.' }),
      filterCondition: z.string().meta({
        title: 'The condition',
        description: 'An expression; the properties of an item are its variables, such as {{ value > 3 }}.',
      }),
      filterType: z.enum(kinds).optional().meta({ title: 'Which items are kept', default: 'INCLUDE' }),
      errorOrNullBehavior: z
        .enum(behaviors)
        .optional()
        .meta({ title: 'What happens to an item for which it cannot be rendered', default: 'FAIL' }),
    }),
  async run(context) {
    const { expressions, task } = context;
    const from = await uriProperty('from', task.properties.from, expressions);
    const condition = itemTemplate('filterCondition', task.properties.filterCondition);
    const kept = await choiceProperty('filterType', task.properties.filterType, kinds, 'INCLUDE', expressions);
    const given = task.properties.errorOrNullBehavior;
    const behavior = await choiceProperty('errorOrNullBehavior', given, behaviors, 'FAIL', expressions);
    const counts = { processedItemsTotal: 0, droppedItemsTotal: 0 };
    const lines = filtered(from, condition, kept, behavior, counts, context);
    const uri = await storeNew(context, lines, '.ion');
    return { state: 'SUCCESS', outputs: { uri, ...counts } };
  },
};

async function* filtered(
  from: string,
  condition: string,
  kept: (typeof kinds)[number],
  behavior: (typeof behaviors)[number],
  counts: { processedItemsTotal: number; droppedItemsTotal: number },
  context: TaskContext,
): AsyncGenerator<Uint8Array> {
  for await (const { line, item } of itemRows(from, context)) {
    counts.processedItemsTotal += 1;
    let keep: boolean;
    try {
      const said = (await renderItem(condition, item, context)).trim();
      if (said === '') throw new TaskError('it gives nothing');
      keep = isTruthy(said) === (kept === 'INCLUDE');
    } catch (error) {
      if (behavior === 'FAIL') {
        throw new TaskError(`filterCondition, for the item ${counts.processedItemsTotal}: ${(error as Error).message}`);
      }
      keep = behavior === 'INCLUDE';
    }
    if (keep) yield line;
    else counts.droppedItemsTotal += 1;
  }
}
