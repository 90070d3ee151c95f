/** The real cluster that the tests use, and taking its parts away. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { KubernetesClient } from './client.ts';

const run = promisify(execFile);

/** Where up.sh keeps the cluster that it starts on this machine. */
const state = process.env.WINDLASS_KUBERNETES_STATE ?? '/var/lib/windlass-test/kubernetes';

export type Component = 'etcd' | 'containerd' | 'apiserver' | 'controllers' | 'scheduler' | 'kubelet';

export interface TestCluster {
  /** Path of the kubeconfig. */
  readonly kubeconfig: string;
  readonly client: KubernetesClient;
  /** Absent for a cluster that $KUBECONFIG names: its parts are not ours to stop, nor its keys to use. */
  readonly own?: OwnCluster;
}

/** What only the cluster of up.sh has. All are paths but for the first three. */
export interface OwnCluster {
  readonly server: URL;
  /** The certificate authority of the API server, as PEM. */
  readonly authority: Buffer;
  /** An administrator's bearer token. */
  readonly token: string;
  /** With that rather than a client certificate, for what stands between a client and the server. */
  readonly tokenKubeconfig: string;
  /** The API server's own, for 127.0.0.1. */
  readonly serverCertificate: string;
  readonly serverKey: string;
  /** The kubelet's own, for the address of its node. */
  readonly kubeletCertificate: string;
  readonly kubeletKey: string;
}

/**
 * The cluster that `windlass-test` gives, or the one that up.sh has left running on this machine; else why there is
 * none. Both images of the tests are in ours, so pods need `imagePullPolicy: IfNotPresent`.
 */
export function clusterUnderTest(): TestCluster | { readonly unavailable: string } {
  const own = join(state, 'kubeconfig');
  const kubeconfig = process.env.WINDLASS_TEST_KUBERNETES ?? own;
  if (kubeconfig === '') return { unavailable: 'windlass-test found that no cluster can be started here' };
  if (!existsSync(kubeconfig)) return { unavailable: `no cluster: test/engines/kubernetes/up.sh starts one` };
  const client = new KubernetesClient(kubeconfig);
  return kubeconfig === own
    ? { kubeconfig, client, own: ownCluster(client.connection.server) }
    : { kubeconfig, client };
}

function ownCluster(server: URL): OwnCluster {
  return {
    server,
    authority: readFileSync(join(state, 'pki/ca.crt')),
    token: /token: (\w+)/.exec(readFileSync(join(state, 'conf/admin.kubeconfig'), 'utf8'))?.[1] ?? '',
    tokenKubeconfig: join(state, 'conf/admin.kubeconfig'),
    serverCertificate: join(state, 'pki/apiserver.crt'),
    serverKey: join(state, 'pki/apiserver.key'),
    kubeletCertificate: join(state, 'pki/kubelet.crt'),
    kubeletKey: join(state, 'pki/kubelet.key'),
  };
}

/** Stops or starts a part of our cluster (component.sh). `signal` is what it is stopped with: TERM, or KILL. */
export async function component(
  verb: 'stop' | 'start' | 'restart',
  name: Component,
  signal: 'TERM' | 'KILL' = 'TERM',
): Promise<void> {
  await run(join(import.meta.dirname, 'component.sh'), [verb, name, signal]);
}

/**
 * Starts those anew that wait longer and longer for an API server that was away: after 3 s of absence a new pod was
 * seen to start 40 s late.
 */
export async function refreshClients(): Promise<void> {
  for (const name of ['scheduler', 'controllers', 'kubelet'] as const) await component('restart', name, 'KILL');
}

/** Waits until there is a node that takes pods: one that has just come has taints for a while. */
export async function untilSchedulable(client: KubernetesClient, timeout = 60_000): Promise<void> {
  for (const deadline = Date.now() + timeout; Date.now() < deadline; ) {
    const { items = [] } = (await client.call('GET', '/api/v1/nodes')).body as { items?: { spec: { taints?: [] } }[] };
    if (items.some(({ spec }) => spec.taints === undefined)) return untilReady(client);
    await new Promise(resolve => setTimeout(resolve, 200));
  }
  throw new Error('no node takes pods');
}

/** Waits until the API server is ready, and reaches its kubelets: a node is ready in its eyes for long after those end. */
export async function untilReady(client: KubernetesClient, timeout = 60_000): Promise<void> {
  const deadline = Date.now() + timeout;
  const answers = async (path: string) => {
    for (;;) {
      const answer = await client.call('GET', path).catch(error => ({ code: 0, body: error }));
      if (answer.code === 200) return answer;
      if (Date.now() > deadline) throw new Error(`${path} is not ready: ${answer.code} ${answer.body}`);
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  };
  await answers('/readyz');
  const { items } = (await answers('/api/v1/nodes')).body;
  for (const { metadata, status } of items) {
    if (status.daemonEndpoints?.kubeletEndpoint?.Port) await answers(`/api/v1/nodes/${metadata.name}/proxy/healthz`);
  }
}
