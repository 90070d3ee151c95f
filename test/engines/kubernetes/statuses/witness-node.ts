/**
 * A second node, which no pod may use and which only says that it is well. Without it the loss of the one node looks
 * to the node controller like an outage of its own network, and it does nothing ("master disruption mode").
 */
import type { KubernetesClient } from '../client.ts';

const name = 'witness';
const node = `/api/v1/nodes/${name}`;
const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

const lease = () => ({
  leaseDurationSeconds: 40,
  holderIdentity: name,
  renewTime: `${new Date().toISOString().slice(0, -1)}000Z`,
});

/** Gives what ends it. */
export async function startWitness(client: KubernetesClient): Promise<() => Promise<void>> {
  await client.expect('POST', '/api/v1/nodes', {
    metadata: { name },
    spec: { unschedulable: true, taints: [{ key: 'example.com/witness', effect: 'NoSchedule' }] },
  });
  const now = new Date().toISOString();
  const ready = { type: 'Ready', status: 'True', reason: 'Witness', lastHeartbeatTime: now, lastTransitionTime: now };
  await client.expect('PATCH', `${node}/status`, { status: { conditions: [ready] } }, 'application/merge-patch+json');
  await client.expect('POST', leases, { metadata: { name }, spec: lease() });
  // The controller gives a node up after 20 s without a renewal.
  const beat = setInterval(() => {
    client.call('PATCH', `${leases}/${name}`, { spec: lease() }, 'application/merge-patch+json').catch(() => {});
  }, 5_000);
  return async () => {
    clearInterval(beat);
    await client.expect('DELETE', `${leases}/${name}`);
    await client.expect('DELETE', node);
  };
}
