import { z } from 'zod';
import { requiredText, textProperty } from '../properties.ts';
import { type RunnableTaskType, TaskError } from '../task-type.ts';
import { callGoogle } from './google-call.ts';
import { logIn } from './log-in.ts';
import { connectionProperties } from './schema.ts';

/** What is used of https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters. */
interface Cluster {
  readonly masterAuth?: {
    readonly clusterCaCertificate?: string;
    readonly clientCertificate?: string;
    readonly clientKey?: string;
  };
  readonly nodePools?: readonly { readonly name: string; readonly status: string }[];
  readonly [name: string]: unknown;
}

/** Output names to those of the API, where one text is passed on. */
const passedOn = {
  name: 'name',
  description: 'description',
  network: 'network',
  subNetwork: 'subnetwork',
  clusterIpv4Cidr: 'clusterIpv4Cidr',
  endpoint: 'endpoint',
  zone: 'zone',
  location: 'location',
  link: 'selfLink',
  createTime: 'createTime',
  loggingService: 'loggingService',
  monitoringService: 'monitoringService',
} as const;

/** Looks up a GKE cluster: its address and certificate, as the Kubernetes task runner needs them. */
export const clusterMetadata: RunnableTaskType = {
  type: 'io.kestra.plugin.gcp.gke.ClusterMetadata',
  aliases: [],
  title: 'Look up a cluster of Google Kubernetes Engine',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      clusterId: z.string().meta({ title: 'The name of the cluster' }),
      clusterZone: z.string().optional().meta({ title: 'The zone or region of the cluster' }),
      clusterProjectId: z
        .string()
        .optional()
        .meta({ title: 'The project of the cluster', description: 'projectId when absent.' }),
      ...connectionProperties(),
    }),
  async run(context) {
    const { task, expressions, config, signal } = context;
    const { properties } = task;
    const id = await requiredText('clusterId', properties.clusterId, expressions);
    const zone = await requiredText('clusterZone', properties.clusterZone, expressions);
    const { token, project: own } = await logIn(context);
    const project = (await textProperty(properties.clusterProjectId, expressions)) ?? own;
    if (project === undefined) {
      throw new TaskError('The property clusterProjectId must be given: the credentials name no project.');
    }
    const path = ['v1', 'projects', project, 'locations', zone, 'clusters', id].map(encodeURIComponent).join('/');
    const host =
      config.environmentVariables.CLOUDSDK_API_ENDPOINT_OVERRIDES_CONTAINER ?? 'https://container.googleapis.com/';
    const cluster = await callGoogle<Cluster>(
      `The cluster ${id} cannot be looked up`,
      { url: new URL(path, host).href, headers: { Authorization: `Bearer ${token.value}` } },
      signal,
    );
    const { clusterCaCertificate, clientCertificate, clientKey } = cluster.masterAuth ?? {};
    if (clientKey !== undefined) expressions.taint.add(clientKey);
    const nodePools = (cluster.nodePools ?? []).map(({ name, status }) => ({ name, status }));
    const texts = Object.entries(passedOn).flatMap(([output, name]) =>
      cluster[name] === undefined ? [] : [[output, String(cluster[name])] as const],
    );
    return {
      state: 'SUCCESS',
      outputs: {
        ...Object.fromEntries(texts),
        project,
        nodePools,
        nodePoolsCount: BigInt(nodePools.length),
        masterAuth: {
          // Kestra's guides have both spellings, its older versions only the first.
          ...(clusterCaCertificate !== undefined && {
            clusterCertificat: clusterCaCertificate,
            clusterCertificate: clusterCaCertificate,
          }),
          ...(clientCertificate !== undefined && { clientCertificat: clientCertificate, clientCertificate }),
          ...(clientKey !== undefined && { clientKey }),
        },
      },
    };
  },
};
