/**
 * The floor of running a pod: nothing but the calls that it takes, over kept connections, with the watch open before
 * the creation. `node bench/floors/kubernetes-loop.ts [N]` prints the median of N loops in ms.
 */
import { randomBytes } from 'node:crypto';
import { KubernetesClient, type KubernetesObject } from '../../test/engines/kubernetes/client.ts';
import type { Sample } from '../measure.ts';
import { median } from '../pairs.ts';

const pods = '/api/v1/namespaces/default/pods';

/** One cluster by its kubeconfig. */
export class KubernetesFloor implements Disposable {
  readonly #client: KubernetesClient;

  constructor(kubeconfig: string) {
    this.#client = new KubernetesClient(kubeconfig);
  }

  /** Creates a pod that says hi, watches it to its end, reads its log and deletes it. */
  async run(): Promise<Sample> {
    const name = `bench-floor-${randomBytes(6).toString('hex')}`;
    const began = performance.now();
    const cpu = process.cpuUsage();
    const ended = Promise.withResolvers<KubernetesObject>();
    const leave = new AbortController();
    const watching = this.#client.watch(
      `${pods}?fieldSelector=metadata.name%3D${name}`,
      ({ object }) => object.status?.containerStatuses?.[0]?.state.terminated && ended.resolve(object),
      leave.signal,
    );
    watching.catch(ended.reject);
    await this.#client.expect('POST', pods, {
      metadata: { name },
      spec: {
        restartPolicy: 'Never',
        enableServiceLinks: false,
        containers: [{ name: 'main', image: 'busybox:latest', imagePullPolicy: 'Never', command: ['echo', 'hi'] }],
      },
    });
    const pod = await ended.promise;
    const log = await this.#client.call('GET', `${pods}/${name}/log`);
    await this.#client.expect('DELETE', `${pods}/${name}`, { gracePeriodSeconds: 0 });
    const { user, system } = process.cpuUsage(cpu);
    const sample = { wallMs: performance.now() - began, cpuMs: (user + system) / 1000 };
    leave.abort();
    await watching;
    const { exitCode } = pod.status.containerStatuses[0].state.terminated;
    if (exitCode !== 0 || log.body !== 'hi\n') throw new Error(`the pod ended with ${exitCode}: ${log.body}`);
    return sample;
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }
}

if (import.meta.main) {
  using floor = new KubernetesFloor('/var/lib/windlass-test/kubernetes/kubeconfig');
  const samples: Sample[] = [];
  for (let i = 0; i < Number(process.argv[2] ?? 10); i++) samples.push(await floor.run());
  console.log(`${median(samples.map(sample => sample.wallMs)).toFixed(1)} ms`);
}
