import { z } from 'zod';
import { requiredText, textListProperty, textProperty } from '../../properties.ts';
import { textList } from '../../property-schemas.ts';
import type { RunnableTaskType } from '../../task-type.ts';
import { clusterProperties } from '../schema.ts';
import { withCluster } from './cluster-call.ts';
import { findResource, resourcePath } from './discovery.ts';
import { resourceProperties } from './schema.ts';

/** Deletes objects of a cluster; one that is not there is no fault, as in Kestra. */
export const kubectlDelete: RunnableTaskType = {
  type: 'io.kestra.plugin.kubernetes.kubectl.Delete',
  aliases: [],
  title: 'Delete objects of a Kubernetes cluster',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      ...clusterProperties(),
      ...resourceProperties(),
      resourcesNames: textList().meta({ title: 'The names of the objects' }),
    }),
  async run(context) {
    const { task, expressions, signal, log } = context;
    const { properties } = task;
    const namespace = (await textProperty(properties.namespace, expressions)) ?? 'default';
    const type = await requiredText('resourceType', properties.resourceType, expressions);
    const group = await textProperty(properties.apiGroup, expressions);
    const version = await textProperty(properties.apiVersion, expressions);
    const names = await textListProperty('resourcesNames', properties.resourcesNames, expressions);
    await withCluster(context, async connection => {
      const resource = await findResource(connection, type, group, version);
      for (const name of names) {
        try {
          const body = { propagationPolicy: 'Background' };
          await connection.call('DELETE', resourcePath(resource, namespace, name), { body, signal });
          log('DEBUG', `Deleted ${resource.kind} '${name}'`);
        } catch (error) {
          const { ApiError } = await import('../../../runners/kubernetes/client/errors.ts');
          if (!(error instanceof ApiError) || error.status !== 404) throw error;
          log('WARN', `${resource.kind} '${name}' is not in the namespace '${namespace}'`);
        }
      }
    });
    return { state: 'SUCCESS', outputs: {} };
  },
};
