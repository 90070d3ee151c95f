import { z } from 'zod';
import type { RunnableTaskType } from '../task-type.ts';
import { filesProperty, foundFiles, namespaceProperty } from './found-files.ts';

/** Deletes files of a namespace. */
export const deleteFiles: RunnableTaskType = {
  type: 'io.kestra.plugin.core.namespace.DeleteFiles',
  aliases: [],
  title: 'Delete files of a namespace',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      namespace: namespaceProperty(),
      files: filesProperty(),
      deleteParentFolder: z.boolean().optional().meta({ title: 'Has no effect: empty folders are none here' }),
    }),
  async run(context) {
    const files = await foundFiles(context);
    for (const uri of files.values()) await context.storage.delete(uri);
    return { state: 'SUCCESS', outputs: { files: [...files.keys()] } };
  },
};
