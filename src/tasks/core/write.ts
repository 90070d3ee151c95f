import { z } from 'zod';
import { extensionProperty, requiredText } from '../properties.ts';
import type { RunnableTaskType } from '../task-type.ts';
import { storeNew } from './stored-file.ts';

/** Stores a text as a new file. */
export const write: RunnableTaskType = {
  type: 'io.kestra.plugin.core.storage.Write',
  aliases: [],
  title: 'Store a text as a file',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      content: z.string().meta({ title: 'The text' }),
      extension: z.string().optional().meta({ title: 'How the name of the file ends', default: '.tmp' }),
    }),
  async run(context) {
    const { properties } = context.task;
    const content = await requiredText('content', properties.content, context.expressions);
    const extension = await extensionProperty(properties.extension, '.tmp', context.expressions);
    return { state: 'SUCCESS', outputs: { uri: await storeNew(context, bytesOf(content), extension) } };
  },
};

async function* bytesOf(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
