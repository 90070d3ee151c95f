import { z } from 'zod';
import { KvStore } from '../../storage/kv-store.ts';
import { flagProperty, requiredText, textProperty } from '../properties.ts';
import { type RunnableTaskType, TaskError } from '../task-type.ts';
import { kvKey, kvNamespace, namespaceOf } from './properties.ts';

/** Gives the value of a key. Without `namespace` the namespaces above the flow's own are looked through too. */
export const kvGet: RunnableTaskType = {
  type: 'io.kestra.plugin.core.kv.Get',
  aliases: [],
  title: 'Read the value of a key',
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
    const store = new KvStore(storage);
    const entry =
      properties.namespace === undefined ? await store.find(namespace, key) : await store.get(namespace, key);
    if (entry) return { state: 'SUCCESS', outputs: { value: entry.value } };
    if (await flagProperty('errorOnMissing', properties.errorOnMissing, false, expressions)) {
      throw new TaskError(
        `No value found for key '${key}' in namespace '${namespace}' and \`errorOnMissing\` is set to true`,
      );
    }
    return { state: 'SUCCESS', outputs: {} };
  },
};

/** Lists the keys of a namespace. */
export const kvGetKeys: RunnableTaskType = {
  type: 'io.kestra.plugin.core.kv.GetKeys',
  aliases: [],
  title: 'List the keys of a namespace',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      prefix: z.string().optional().meta({ title: 'How the keys must begin' }),
      namespace: kvNamespace(),
    }),
  async run({ task: { properties }, expressions, flow, storage }) {
    const prefix = await textProperty(properties.prefix, expressions);
    const namespace = await namespaceOf(properties.namespace, flow, expressions);
    return { state: 'SUCCESS', outputs: { keys: await new KvStore(storage).keys(namespace, prefix) } };
  },
};
