import { z } from 'zod';
import { executionPrefix } from '../../storage/uris.ts';
import type { RunnableTaskType } from '../task-type.ts';

/** Deletes all files of this execution: inputs, outputs, what tasks have stored. */
export const purgeCurrentExecutionFiles: RunnableTaskType = {
  type: 'io.kestra.plugin.core.storage.PurgeCurrentExecutionFiles',
  aliases: ['io.kestra.core.tasks.storages.PurgeExecution', 'io.kestra.plugin.core.storage.PurgeExecution'],
  title: 'Delete the files of this execution',
  kind: 'runnable',
  schema: () => z.strictObject({}),
  async run({ execution, storage }) {
    const prefix = executionPrefix(execution.namespace, execution.flowId, execution.id);
    const uris: string[] = [];
    for await (const uri of storage.list(`${prefix}/`)) uris.push(uri);
    await storage.deletePrefix(prefix);
    return { state: 'SUCCESS', outputs: { uris: uris.sort() } };
  },
};
