import { z } from 'zod';
import { fileUri } from '../../storage/uris.ts';
import { textProperty } from '../properties.ts';
import type { RunnableTaskType, TaskContext } from '../task-type.ts';
import { filesProperty, foundFiles, namespaceProperty } from './found-files.ts';

/** Copies files of a namespace to files of this execution. */
export const downloadFiles: RunnableTaskType = {
  type: 'io.kestra.plugin.core.namespace.DownloadFiles',
  aliases: [],
  title: 'Take files of a namespace',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      namespace: namespaceProperty(),
      files: filesProperty(),
      destination: z.string().optional().meta({ title: 'A folder for them', default: '' }),
    }),
  async run(context) {
    const destination = ((await textProperty(context.task.properties.destination, context.expressions)) ?? '').trim();
    const files: [string, string][] = [];
    for (const [path, uri] of await foundFiles(context)) {
      const name = [...destination.split('/'), path].filter(part => part !== '').join('/');
      files.push([name, await copied(uri, name, context)]);
    }
    return { state: 'SUCCESS', outputs: { files: Object.fromEntries(files) } };
  },
};

async function copied(from: string, name: string, { storage, storagePrefix }: TaskContext): Promise<string> {
  const uri = fileUri(storagePrefix, name);
  await storage.put(uri, await storage.get(from));
  return uri;
}
