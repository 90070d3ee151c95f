import { z } from 'zod';
import { flagProperty } from '../properties.ts';
import { type RunnableTaskType, TaskError } from '../task-type.ts';
import { uriProperty } from './stored-file.ts';

const uri = () => z.string().meta({ title: 'The kestra:/// URI of the file' });

/** Gives the size of a stored file in bytes. */
export const size: RunnableTaskType = {
  type: 'io.kestra.plugin.core.storage.Size',
  aliases: ['io.kestra.core.tasks.storages.Size'],
  title: 'Give the size of a file',
  kind: 'runnable',
  schema: () => z.strictObject({ uri: uri() }),
  async run({ task, expressions, storage }) {
    const file = await uriProperty('uri', task.properties.uri, expressions);
    return { state: 'SUCCESS', outputs: { size: await storage.size(file) } };
  },
};

/** Deletes a stored file. */
export const deleteFile: RunnableTaskType = {
  type: 'io.kestra.plugin.core.storage.Delete',
  aliases: ['io.kestra.core.tasks.storages.Delete'],
  title: 'Delete a file',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      uri: uri(),
      errorOnMissing: z.boolean().optional().meta({ title: 'Whether a missing file is an error', default: false }),
    }),
  async run({ task: { properties }, expressions, storage }) {
    const file = await uriProperty('uri', properties.uri, expressions);
    const strict = await flagProperty('errorOnMissing', properties.errorOnMissing, false, expressions);
    const deleted = await storage.delete(file);
    if (strict && !deleted) throw new TaskError(`Unable to find the file '${file}'.`);
    return { state: 'SUCCESS', outputs: { uri: file, deleted } };
  },
};
