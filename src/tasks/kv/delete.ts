import { z } from 'zod';
import { KvStore } from '../../storage/kv-store.ts';
import { flagProperty, requiredText } from '../properties.ts';
import { type RunnableTaskType, TaskError } from '../task-type.ts';
import { kvKey, kvNamespace, namespaceOf } from './properties.ts';

/** Deletes a key with its value. */
export const kvDelete: RunnableTaskType = {
  type: 'io.kestra.plugin.core.kv.Delete',
  aliases: [],
  title: 'Delete a key',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      key: kvKey(),
      namespace: kvNamespace(),
      errorOnMissing: z.boolean().optional().meta({ title: 'Whether a missing key is an error', default: false }),
    }),
  async run({ task: { properties }, expressions, flow, storage }) {
    const key = await requiredText('key', properties.key, expressions);
    const namespace = await namespaceOf(properties.namespace, flow, expressions);
    const strict = await flagProperty('errorOnMissing', properties.errorOnMissing, false, expressions);
    const deleted = await new KvStore(storage).delete(namespace, key);
    if (strict && !deleted) {
      throw new TaskError(
        `No value found for key '${key}' in namespace '${namespace}' and \`errorOnMissing\` is set to true`,
      );
    }
    return { state: 'SUCCESS', outputs: { deleted } };
  },
};
