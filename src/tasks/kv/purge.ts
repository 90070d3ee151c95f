import { z } from 'zod';
import { compileGlobs, GlobError } from '../../files/java-glob.ts';
import { isMap } from '../../model/value.ts';
import { KvStore } from '../../storage/kv-store.ts';
import { flagProperty, textListProperty, textProperty } from '../properties.ts';
import { textList } from '../property-schemas.ts';
import { type RunnableTaskType, type TaskContext, TaskError } from '../task-type.ts';

/** Deletes pairs of namespaces; without more those that have expired, of all. */
export const purgeKv: RunnableTaskType = {
  type: 'io.kestra.plugin.core.kv.PurgeKV',
  aliases: [],
  title: 'Delete keys that have expired',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      namespaces: textList().optional().meta({ title: 'Their namespaces', description: 'All when absent.' }),
      namespacePattern: z
        .string()
        .optional()
        .meta({ title: 'A glob for their namespaces', examples: ['company.*'] }),
      includeChildNamespaces: z
        .boolean()
        .optional()
        .meta({ title: 'Whether namespaces below those of the list count too', default: true }),
      keyPattern: z
        .string()
        .optional()
        .meta({ title: 'A glob for the keys', examples: ['AI_*'] }),
      expiredOnly: z
        .boolean()
        .optional()
        .meta({ title: 'Whether to spare those that have not expired', default: true }),
      behavior: z
        .strictObject({ type: z.literal('key').optional(), expiredOnly: z.boolean().optional() })
        .optional()
        .meta({ title: 'Newer way to write expiredOnly' }),
    }),
  check: ({ namespaces, namespacePattern }) =>
    namespaces !== undefined && namespacePattern !== undefined
      ? [{ path: 'namespacePattern', message: 'cannot stand beside namespaces; use one of them' }]
      : [],
  async run(context) {
    const { expressions, storage, task } = context;
    const { expiredOnly, behavior } = task.properties;
    const spares = expiredOnly ?? (isMap(behavior) ? behavior.expiredOnly : undefined);
    const onlyExpired = await flagProperty('expiredOnly', spares, true, expressions);
    const isMeant = await chosenNamespaces(context);
    const keys = await textProperty(task.properties.keyPattern, expressions);
    const matches = keys === undefined ? () => true : globOf('keyPattern', keys);
    const store = new KvStore(storage);
    let size = 0;
    for await (const { namespace, key, expired } of store.all()) {
      if ((onlyExpired && !expired) || !isMeant(namespace) || !matches(key)) continue;
      if (await store.delete(namespace, key)) size += 1;
    }
    context.log('INFO', `Purged ${size} keys`);
    return { state: 'SUCCESS', outputs: { size } };
  },
};

async function chosenNamespaces({ task, expressions }: TaskContext): Promise<(namespace: string) => boolean> {
  const { namespaces, namespacePattern, includeChildNamespaces } = task.properties;
  const pattern = await textProperty(namespacePattern, expressions);
  const named = await textListProperty('namespaces', namespaces, expressions);
  if (pattern !== undefined && named.length > 0)
    throw new TaskError('namespaces and namespacePattern exclude each other.');
  if (pattern !== undefined) return globOf('namespacePattern', pattern);
  if (named.length === 0) return () => true;
  const below = await flagProperty('includeChildNamespaces', includeChildNamespaces, true, expressions);
  return namespace => named.some(each => each === namespace || (below && namespace.startsWith(`${each}.`)));
}

function globOf(name: string, pattern: string): (text: string) => boolean {
  try {
    return compileGlobs([pattern]);
  } catch (error) {
    throw error instanceof GlobError ? new TaskError(`${name}: ${error.message}`) : error;
  }
}
