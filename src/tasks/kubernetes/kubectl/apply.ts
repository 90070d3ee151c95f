import { z } from 'zod';
import type { Value } from '../../../model/value.ts';
import { requiredText, textProperty } from '../../properties.ts';
import { type RunnableTaskType, TaskError } from '../../task-type.ts';
import { clusterProperties } from '../schema.ts';
import { asValue, type ClusterObject, untilReady, waitUntilReady, withCluster } from './cluster-call.ts';
import { resourceOfKind, resourcePath } from './discovery.ts';
import { type Manifest, readManifests } from './manifests.ts';
import { readinessProperty } from './schema.ts';

/** Whose fields they are to the API server, which says when another's would be changed. */
const fieldManager = 'windlass';

/**
 * Creates or changes objects by server-side apply, as Kestra's plug-in does
 * (https://kubernetes.io/docs/reference/using-api/server-side-apply/).
 */
export const kubectlApply: RunnableTaskType = {
  type: 'io.kestra.plugin.kubernetes.kubectl.Apply',
  aliases: [],
  title: 'Create or change objects of a Kubernetes cluster',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      ...clusterProperties(),
      ...readinessProperty(),
      spec: z.string().meta({ title: 'The objects, as YAML', description: 'Several documents stand after ---.' }),
    }),
  async run(context) {
    const { task, expressions, signal, log } = context;
    const manifests = await readManifests(await requiredText('spec', task.properties.spec, expressions));
    if (manifests.length === 0) throw new TaskError('The property spec holds no object.');
    const asked = await textProperty(task.properties.namespace, expressions);
    const waitMs = await waitUntilReady(context);
    const metadata: Value[] = [];
    await withCluster(context, async connection => {
      for (const manifest of manifests) {
        const { apiVersion, kind } = manifest;
        const resource = await resourceOfKind(connection, apiVersion, kind);
        const namespace = asked ?? manifest.metadata.namespace ?? 'default';
        const path = resourcePath(resource, namespace, manifest.metadata.name);
        const applied = await connection.call<ClusterObject>('PATCH', `${path}?fieldManager=${fieldManager}`, {
          body: resource.namespaced ? inNamespace(manifest, namespace) : manifest,
          contentType: 'application/apply-patch+yaml',
          signal,
        });
        log('INFO', `Applied ${kind} '${manifest.metadata.name}'`);
        const object = waitMs > 0 ? await untilReady(connection, path, waitMs, signal) : applied;
        metadata.push(asValue(object.metadata));
      }
    });
    return { state: 'SUCCESS', outputs: { metadata } };
  },
};

/** The task's namespace wins, as in Kestra; the API server refuses two that differ. */
function inNamespace(manifest: Manifest, namespace: string): Manifest {
  return { ...manifest, metadata: { ...manifest.metadata, namespace } };
}
