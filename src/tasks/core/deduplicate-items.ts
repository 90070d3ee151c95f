import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { RunnableTaskType, TaskContext } from '../task-type.ts';
import { itemRows, itemTemplate, renderItem } from './item-rows.ts';
import { storeNew, uriProperty } from './stored-file.ts';

/** Keeps the last item of each key, in the order of the file. */
export const deduplicateItems: RunnableTaskType = {
  type: 'io.kestra.plugin.core.storage.DeduplicateItems',
  aliases: ['io.kestra.core.tasks.storages.DeduplicateItems'],
  title: 'Keep one item of each key',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      from: z.string().meta({ title: 'The kestra:/// URI of the file', description: 'An item a line: Ion or JSON.' }),
      expr: z.string().meta({
        title: 'The key of an item',
        description: 'An expression; the properties of an item are its variables.',
      }),
    }),
  async run(context) {
    const { expressions, task } = context;
    const from = await uriProperty('from', task.properties.from, expressions);
    const template = itemTemplate('expr', task.properties.expr);
    const last = new Map<string, number>();
    let total = 0;
    for await (const { item } of itemRows(from, context)) {
      // A digest: keys may be long, and there may be millions.
      last.set(
        createHash('md5')
          .update(await renderItem(template, item, context))
          .digest('base64'),
        total,
      );
      total += 1;
    }
    const uri = await storeNew(context, kept(from, new Set(last.values()), context), '.ion');
    const counts = { numKeys: last.size, processedItemsTotal: total, droppedItemsTotal: total - last.size };
    return { state: 'SUCCESS', outputs: { uri, ...counts } };
  },
};

async function* kept(from: string, places: ReadonlySet<number>, context: TaskContext): AsyncGenerator<Uint8Array> {
  let place = 0;
  for await (const { line } of itemRows(from, context)) {
    if (places.has(place)) yield line;
    place += 1;
  }
}
