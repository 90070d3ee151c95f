/**
 * A node without a machine: it says that it is well, and that each pod it gets runs for a time and ends with code 0.
 * For thousands of pods at once against the real API server and scheduler, where a kubelet takes 250. There is no
 * exec, and logs only where an address for them is given. kwok does the same and more, for 137 s of CPU to build it.
 */
import type { KubernetesClient, KubernetesObject } from './client.ts';

const strategicMerge = 'application/strategic-merge-patch+json';
const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
/** The node controller gives a node up after 20 s without a renewal. */
const renewalMs = 5_000;

/** What a pod needs to get there, beside what it is to run. */
const simulatedNodeTaint = { key: 'windlass.test/simulated', effect: 'NoSchedule' } as const;
export const onSimulatedNode = (name: string) => ({
  nodeSelector: { 'kubernetes.io/hostname': name },
  tolerations: [{ key: simulatedNodeTaint.key, operator: 'Exists' }],
});

interface Container {
  readonly name: string;
  readonly image: string;
}

export class SimulatedNode {
  readonly name: string;
  readonly #client: KubernetesClient;
  readonly #runMs: number;
  readonly #stop = new AbortController();
  /** Pods that are being led to their end, by uid. */
  readonly #led = new Set<string>();
  /** When the program of a pod began and ended (ms since the epoch), by the pod's name. */
  readonly times = new Map<string, { readonly begins: number; readonly ends?: number }>();
  #release: PromiseWithResolvers<void> | undefined;
  #renewal: NodeJS.Timeout | undefined;
  #following: Promise<void> | undefined;

  /** @param runMs how long a pod runs; `held`: until `release` */
  constructor(client: KubernetesClient, name: string, runMs: number | 'held' = 100) {
    this.#client = client;
    this.name = name;
    this.#runMs = runMs === 'held' ? 0 : runMs;
    if (runMs === 'held') this.#release = Promise.withResolvers();
  }

  /** Lets all pods end, those that come later too. */
  release(): void {
    this.#release?.resolve();
  }

  /**
   * @param room how many pods it takes at once
   * @param kubelet where the API server asks for logs, with a certificate for that address
   */
  async start(room = 10_000, kubelet?: { readonly address: string; readonly port: number }): Promise<void> {
    const { name } = this;
    await this.#client.expect('POST', '/api/v1/nodes', {
      metadata: { name, labels: { 'kubernetes.io/hostname': name } },
      spec: { taints: [simulatedNodeTaint] },
    });
    const now = new Date().toISOString();
    const amounts = { cpu: '10k', memory: '100Ti', pods: String(room) };
    await this.#client.expect(
      'PATCH',
      `${this.#path}/status`,
      {
        status: {
          allocatable: amounts,
          capacity: amounts,
          ...(kubelet && {
            addresses: [{ type: 'InternalIP', address: kubelet.address }],
            daemonEndpoints: { kubeletEndpoint: { Port: kubelet.port } },
          }),
          conditions: [
            { type: 'Ready', status: 'True', reason: 'Simulated', lastHeartbeatTime: now, lastTransitionTime: now },
          ],
        },
      },
      strategicMerge,
    );
    await this.#client.expect('POST', leases, { metadata: { name }, spec: this.#lease() });
    this.#renewal = setInterval(() => this.#quietly('PATCH', `${leases}/${name}`, { spec: this.#lease() }), renewalMs);
    this.#following = this.#follow();
  }

  /** Removes the node. Its pods stay what they are. */
  async end(): Promise<void> {
    clearInterval(this.#renewal);
    this.#stop.abort();
    await this.#following;
    await this.#client.expect('DELETE', `${leases}/${this.name}`);
    await this.#client.expect('DELETE', this.#path);
  }

  get #path(): string {
    return `/api/v1/nodes/${this.name}`;
  }

  #lease() {
    return {
      holderIdentity: this.name,
      leaseDurationSeconds: 40,
      renewTime: new Date().toISOString().replace('Z', '000Z'),
    };
  }

  /** The API server ends a watch after minutes, and that of a slow reader sooner: then it begins anew. */
  async #follow(): Promise<void> {
    const path = `/api/v1/pods?fieldSelector=spec.nodeName%3D${this.name}`;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await this.#client
        .watch(path, ({ type, object }) => type !== 'DELETED' && this.#see(object), signal)
        .catch(() => {});
    }
  }

  #see(pod: KubernetesObject): void {
    const path = `/api/v1/namespaces/${pod.metadata.namespace}/pods/${pod.metadata.name}`;
    if (pod.metadata.deletionTimestamp !== undefined) {
      this.#quietly('DELETE', `${path}?gracePeriodSeconds=0`, { preconditions: { uid: pod.metadata.uid } });
      return;
    }
    const uid = String(pod.metadata.uid);
    if (pod.status.phase !== 'Pending' || this.#led.has(uid)) return;
    this.#led.add(uid);
    this.#lead(path, pod).finally(() => this.#led.delete(uid));
  }

  async #lead(path: string, pod: KubernetesObject): Promise<void> {
    const begins = Date.now();
    const startedAt = new Date(begins).toISOString();
    this.times.set(pod.metadata.name, { begins });
    await this.#quietly('PATCH', `${path}/status`, podStatus(pod, 'Running', { running: { startedAt } }));
    await this.#release?.promise;
    await new Promise(resolve => setTimeout(resolve, this.#runMs));
    this.times.set(pod.metadata.name, { begins, ends: Date.now() });
    const terminated = { exitCode: 0, reason: 'Completed', startedAt, finishedAt: new Date().toISOString() };
    await this.#quietly('PATCH', `${path}/status`, podStatus(pod, 'Succeeded', { terminated }));
  }

  /** What it speaks of may be gone meanwhile. */
  async #quietly(method: string, path: string, body: unknown): Promise<void> {
    const type = method === 'PATCH' ? strategicMerge : undefined;
    await this.#client.call(method, path, body, type).catch(() => {});
  }
}

function podStatus(pod: KubernetesObject, phase: 'Running' | 'Succeeded', state: object) {
  const isReady = phase === 'Running';
  const lastTransitionTime = new Date().toISOString();
  const condition = (type: string, fulfilled: boolean) => ({
    type,
    status: fulfilled ? 'True' : 'False',
    lastTransitionTime,
  });
  return {
    status: {
      phase,
      startTime: lastTransitionTime,
      conditions: [condition('Initialized', true), condition('ContainersReady', isReady), condition('Ready', isReady)],
      containerStatuses: pod.spec.containers.map(({ name, image }: Container) => ({
        name,
        image,
        imageID: image,
        ready: isReady,
        restartCount: 0,
        state,
      })),
    },
  };
}
