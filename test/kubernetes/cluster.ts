/** The real cluster that the tests of the Kubernetes runner use. */
import { createKubernetesRunner } from '../../src/runners/kubernetes/index.ts';
import type { TaskRunner } from '../../src/runners/runner.ts';
import type { RunnerUnderTest } from '../contract/runner/index.ts';
import type { KubernetesClient, KubernetesObject } from '../engines/kubernetes/client.ts';
import { clusterUnderTest, type TestCluster } from '../engines/kubernetes/cluster.ts';

/** In the cluster's own store of images: no registry can be reached in the tests. */
export const testImage = 'busybox:latest';

const pods = '/api/v1/namespaces/default/pods';

export function makeRunner(kubeconfig: string): TaskRunner {
  return createKubernetesRunner({ env: { KUBECONFIG: kubeconfig, PATH: process.env.PATH } });
}

/** The cluster, or why there is none. */
export function testCluster(): TestCluster | { readonly unavailable: string } {
  return clusterUnderTest();
}

/** Pods that carry an owner's label, those that are on their way out included. */
export async function podsOf(client: KubernetesClient, owner: string): Promise<KubernetesObject[]> {
  const list = await client.expect('GET', `${pods}?labelSelector=${encodeURIComponent(`windlass.owner=${owner}`)}`);
  return list.items;
}

export async function removePodsOf(client: KubernetesClient, owner: string): Promise<void> {
  const selector = encodeURIComponent(`windlass.owner=${owner}`);
  await client.expect('DELETE', `${pods}?labelSelector=${selector}&gracePeriodSeconds=0`);
}

/** The runner with its cluster, or why it cannot be used. */
export async function kubernetesUnderTest(
  config: object = {},
): Promise<RunnerUnderTest | { readonly unavailable: string }> {
  const cluster = testCluster();
  if ('unavailable' in cluster) return cluster;
  const { client, kubeconfig } = cluster;
  return {
    runner: makeRunner(kubeconfig),
    config: { pullPolicy: 'NEVER', ...config },
    image: testImage,
    // containerd 1.6 closes the pipes of a program that has ended before it has read them ("Failed to pipe stderr …
    // file already closed" in its log): of 40,000 lines in the last moment up to 14,000 are in no file of the node.
    beforeEnd: 'sleep 0.5',
    afterRestart: () => makeRunner(kubeconfig),
    takeAway: async handle => {
      await client.expect('DELETE', `${pods}/${handle.data.name}?gracePeriodSeconds=1`);
    },
    leftovers: async owner =>
      (await podsOf(client, owner)).map(pod => `${pod.metadata.name} (${pod.status?.phase ?? 'no phase'})`),
    cleanUp: owner => removePodsOf(client, owner),
    stop: async () => client.close(),
  };
}
