import { z } from 'zod';
import { writeIon } from '../../../expression/ion/write.ts';
import type { ValueMap } from '../../../model/value.ts';
import type { Connection } from '../../../runners/kubernetes/client/connection.ts';
import { storeNew } from '../../core/stored-file.ts';
import { choiceProperty, requiredText, textListProperty, textProperty } from '../../properties.ts';
import { textList } from '../../property-schemas.ts';
import type { RunnableTaskType, TaskContext } from '../../task-type.ts';
import { clusterProperties } from '../schema.ts';
import { asValue, type ClusterObject, untilReady, waitUntilReady, withCluster } from './cluster-call.ts';
import { findResource, resourcePath } from './discovery.ts';
import { readinessProperty, resourceProperties } from './schema.ts';

const fetchTypes = ['NONE', 'FETCH', 'FETCH_ONE', 'STORE'] as const;
/** So that a namespace of thousands is never one answer. */
const pageSize = '500';

/** Reads objects of a cluster: metadata and status, as Kestra's plug-in gives them. */
export const kubectlGet: RunnableTaskType = {
  type: 'io.kestra.plugin.kubernetes.kubectl.Get',
  aliases: [],
  title: 'Read objects of a Kubernetes cluster',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      ...clusterProperties(),
      ...resourceProperties(),
      ...readinessProperty(),
      resourcesNames: textList()
        .optional()
        .meta({ title: 'The names of the objects', description: 'All of the namespace when absent.' }),
      fetchType: z.enum(fetchTypes).default('NONE').meta({
        title: 'Where to the objects go',
        description: 'FETCH and FETCH_ONE: to the outputs; STORE: to a file, an object a line; NONE: nowhere.',
      }),
    }),
  async run(context) {
    const { task, expressions } = context;
    const { fetchType } = task.properties;
    const how = await choiceProperty('fetchType', fetchType, fetchTypes, 'NONE', expressions);
    const objects = await withCluster(context, connection => read(connection, context));
    const metadata = objects.map(object => asValue(object.metadata));
    const status = objects.map(object => ({ status: asValue(object.status) }));
    const size = BigInt(objects.length);
    context.metric({
      name: 'fetch.size',
      type: 'counter',
      value: how === 'NONE' ? 0 : objects.length,
      tags: { fetch: String(how.startsWith('FETCH')), store: String(how === 'STORE') },
    });
    if (how === 'FETCH') return success({ metadataItems: metadata, statusItems: status, size });
    if (how === 'FETCH_ONE') {
      return success({ metadataItem: metadata[0] ?? null, statusItem: status[0] ?? null, size });
    }
    if (how === 'NONE') return success({});
    async function* rows() {
      for (const [index, item] of metadata.entries()) {
        yield Buffer.from(`${writeIon({ metadata: item, status: status[index] ?? null })}\n`);
      }
    }
    return success({ uri: await storeNew(context, rows(), '.ion'), size });
  },
};

const success = (outputs: ValueMap) => ({ state: 'SUCCESS' as const, outputs });

async function read(connection: Connection, context: TaskContext): Promise<readonly ClusterObject[]> {
  const { task, expressions, signal, log } = context;
  const { properties } = task;
  const namespace = (await textProperty(properties.namespace, expressions)) ?? 'default';
  const resource = await findResource(
    connection,
    await requiredText('resourceType', properties.resourceType, expressions),
    await textProperty(properties.apiGroup, expressions),
    await textProperty(properties.apiVersion, expressions),
  );
  const names = await textListProperty('resourcesNames', properties.resourcesNames, expressions);
  const waitMs = await waitUntilReady(context);
  const found: ClusterObject[] = [];
  for (const name of names) {
    const path = resourcePath(resource, namespace, name);
    try {
      const object = await connection.call<ClusterObject>('GET', path, { signal });
      found.push(waitMs > 0 ? await untilReady(connection, path, waitMs, signal) : object);
    } catch (error) {
      const { ApiError } = await import('../../../runners/kubernetes/client/errors.ts');
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
      log('WARN', `${resource.kind} '${name}' is not in the namespace '${namespace}'`);
    }
  }
  if (names.length > 0) return found;
  for (let next: string | undefined = ''; next !== undefined; ) {
    const query = new URLSearchParams({ limit: pageSize, ...(next !== '' && { continue: next }) });
    const page: { readonly items: readonly ClusterObject[]; readonly metadata: { readonly continue?: string } } =
      await connection.call('GET', `${resourcePath(resource, namespace)}?${query}`, { signal });
    found.push(...page.items);
    next = page.metadata.continue || undefined;
  }
  log('INFO', `Fetched ${found.length} of ${resource.plural} in the namespace '${namespace}'`);
  return found;
}
