/** What happens to pods when their node does not go on. One after the other, for they disturb every other pod. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { KubernetesObject } from '../client.ts';
import { component } from '../cluster.ts';
import { SimulatedNode } from '../simulated-node.ts';
import { hasCondition, hasEnded, hasStatus, isRunning, pod, type Scenario, type Stage } from './scenario.ts';

const run = promisify(execFile);
const node = '/api/v1/nodes/node1';
const disruption = (reason: string) => hasCondition('DisruptionTarget', reason);

const taint = (client: Stage['client'], taints: readonly unknown[]): Promise<KubernetesObject> =>
  client.expect('PATCH', node, { spec: { taints } }, 'application/merge-patch+json');

const containers = (...args: string[]): Promise<unknown> => run(join(import.meta.dirname, '../containers.sh'), args);

/** Removes a pod's container behind the kubelet's back, as the loss of the container runtime's state does. */
async function loseContainer({ seen }: Stage, name: string): Promise<void> {
  const shown = await seen(name, item => isRunning(item));
  const id = String(shown.status.containerStatuses[0].containerID).replace('containerd://', '');
  await component('stop', 'kubelet', 'KILL');
  await containers('tasks', 'kill', '--signal', 'SIGKILL', id);
  await containers('tasks', 'delete', '--force', id).catch(() => {});
  await containers('containers', 'delete', id).catch(() => {});
  await component('restart', 'containerd', 'KILL');
  await component('start', 'kubelet');
}

const stopKubelet =
  (name: string) =>
  async ({ seen }: Stage): Promise<void> => {
    await seen(name, item => isRunning(item));
    await component('stop', 'kubelet', 'KILL');
  };

let witness: SimulatedNode | undefined;

/**
 * The kubelet dies while the pod runs; another node stays. Without it the loss of the one node looks to the node
 * controller like an outage of its own network, and it does nothing ("master disruption mode").
 */
const leaveNode =
  (name: string) =>
  async (stage: Stage): Promise<void> => {
    witness = new SimulatedNode(stage.client, 'witness');
    await witness.start();
    await stopKubelet(name)(stage);
  };

const returnToNode = async (): Promise<void> => {
  await component('start', 'kubelet');
  await witness?.end();
};

export const nodeFaults: readonly Scenario[] = [
  {
    name: 'ended-while-kubelet-was-away',
    what: 'ended with code 0 while the kubelet was away; after its return the phase is still Running for a moment',
    spec: pod('sleep 2'),
    until: item => hasEnded(item),
    meanwhile: async stage => {
      await stopKubelet('ended-while-kubelet-was-away')(stage);
      await new Promise(resolve => setTimeout(resolve, 2_500));
      await component('start', 'kubelet');
    },
  },
  {
    name: 'container-lost',
    what: 'the container was gone when the kubelet came back, nobody knows how it ended',
    spec: pod('sleep 3600'),
    until: item => hasEnded(item),
    meanwhile: stage => loseContainer(stage, 'container-lost'),
  },
  {
    name: 'evicted-by-taint',
    what: 'the node was tainted NoExecute',
    spec: pod('sleep 3600'),
    until: disruption('DeletionByTaintManager'),
    meanwhile: async ({ client, seen }) => {
      await seen('evicted-by-taint', item => isRunning(item));
      await taint(client, [{ key: 'example.com/maintenance', effect: 'NoExecute' }]);
    },
    afterwards: async ({ client }) => void (await taint(client, [])),
  },
  {
    name: 'node-not-ready',
    what: 'the node has not been heard of for its grace period; the pod may still run',
    spec: pod('sleep 3600'),
    // The node controller takes Ready away, and gives no reason; ContainersReady stays as the kubelet left it.
    until: item => isRunning(item) && hasStatus('Ready', 'False')(item) && hasStatus('ContainersReady', 'True')(item),
    meanwhile: stopKubelet('node-not-ready'),
    afterwards: () => component('start', 'kubelet'),
  },
  {
    name: 'node-lost',
    what: 'the node has not been heard of, and the pod tolerates that for 1 s: it is to be deleted, but nobody answers',
    spec: pod('sleep 3600', {
      tolerations: [{ key: 'node.kubernetes.io/unreachable', effect: 'NoExecute', tolerationSeconds: 1 }],
    }),
    until: disruption('DeletionByTaintManager'),
    meanwhile: leaveNode('node-lost'),
    afterwards: returnToNode,
  },
  {
    name: 'node-deleted',
    what: 'the node was deleted: pod garbage collection marks the pod as failed',
    spec: pod('sleep 3600'),
    until: disruption('DeletionByPodGC'),
    meanwhile: async stage => {
      await leaveNode('node-deleted')(stage);
      await stage.client.expect('DELETE', node);
    },
    afterwards: returnToNode,
  },
];
