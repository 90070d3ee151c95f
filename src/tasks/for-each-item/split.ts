import { z } from 'zod';
import { splitFile } from '../core/split.ts';
import { storeNew, uriProperty } from '../core/stored-file.ts';
import type { RunnableTaskType } from '../task-type.ts';

/** First of a ForEachItem: divides the file of items; gives a file with the URI of a batch a line. */
export const splitItems: RunnableTaskType = {
  type: 'io.kestra.plugin.core.flow.ForEachItem$ForEachItemSplit',
  aliases: [],
  title: 'Divide the items into batches',
  kind: 'runnable',
  schema: () => z.looseObject({}),
  async run(context) {
    const from = await uriProperty('items', context.task.properties.items, context.expressions);
    const uris = await splitFile(from, context);
    const splits = await storeNew(context, lines(uris), '.txt', 'splits.txt');
    return { state: 'SUCCESS', outputs: { splits } };
  },
};

async function* lines(texts: readonly string[]): AsyncGenerator<Uint8Array> {
  yield Buffer.from(texts.join('\n'));
}
