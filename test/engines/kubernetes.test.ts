/** Is the cluster of the tests one that tests can build on? */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { KubernetesObject } from './kubernetes/client.ts';
import { clusterUnderTest, component, refreshClients, untilReady } from './kubernetes/cluster.ts';
import { onSimulatedNode, SimulatedNode } from './kubernetes/simulated-node.ts';

const cluster = clusterUnderTest();
const folder = join(import.meta.dirname, 'kubernetes');

if ('unavailable' in cluster) {
  it.skip(`the Kubernetes of the tests: ${cluster.unavailable}`, () => {});
} else {
  const { client } = cluster;
  const namespace = `smoke-${randomBytes(4).toString('hex')}`;
  const pods = `/api/v1/namespaces/${namespace}/pods`;

  const start = (
    name: string,
    image: string,
    command: string[],
    imagePullPolicy = 'IfNotPresent',
  ): Promise<KubernetesObject> =>
    client.expect('POST', pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: {
        restartPolicy: 'Never',
        terminationGracePeriodSeconds: 0,
        containers: [{ name: 'main', image, imagePullPolicy, command }],
      },
    });

  const until = async (name: string, reached: (pod: KubernetesObject) => boolean): Promise<KubernetesObject> => {
    for (;;) {
      const pod = await client.expect('GET', `${pods}/${name}`);
      if (reached(pod)) return pod;
      await new Promise(resolve => setTimeout(resolve, 100));
    }
  };
  const ended = (pod: KubernetesObject): boolean => pod.status.containerStatuses?.[0].state.terminated !== undefined;
  const running = (pod: KubernetesObject): boolean => pod.status.containerStatuses?.[0].state.running !== undefined;

  describe('the Kubernetes of the tests', () => {
    beforeAll(async () => {
      await client.expect('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
      // Pods are refused until its service account is there.
      while ((await client.call('GET', `/api/v1/namespaces/${namespace}/serviceaccounts/default`)).code !== 200) {
        await new Promise(resolve => setTimeout(resolve, 50));
      }
    });
    afterEach(async () => {
      await client.expect('DELETE', `${pods}?gracePeriodSeconds=0`);
    });
    afterAll(async () => {
      await client.expect('DELETE', `/api/v1/namespaces/${namespace}`);
      client.close();
    });

    it.each([
      ['busybox', ['sh', '-c', 'echo from $0; exit 3', 'busybox'], 'from busybox\n', 3],
      ['windlass-python', ['python', '-c', 'import json; print(json.dumps({"a": 1}))'], '{"a": 1}\n', 0],
    ])('runs a pod of the image %s', async (image, command, log, code) => {
      await start(image, image, command);
      const pod = await until(image, ended);
      expect(pod.status.containerStatuses[0].state.terminated.exitCode).toBe(code);
      expect((await client.call('GET', `${pods}/${image}/log`)).body).toBe(log);
    });

    it.runIf(cluster.own)(
      'pulls images of published flows from its registry, and is refused others at once',
      async () => {
        await start('pulled', 'ghcr.io/kestra-io/pydata:latest', ['python', '-c', 'print(1)'], 'Always');
        await start('refused', 'example/no-such-image', ['true'], 'Always');
        expect((await until('pulled', ended)).status.containerStatuses[0].state.terminated.exitCode).toBe(0);
        const waiting = (pod: KubernetesObject) => pod.status.containerStatuses?.[0].state.waiting;
        const refused = await until('refused', pod => waiting(pod)?.reason === 'ErrImagePull');
        expect(waiting(refused).message).toContain('not found');
      },
    );

    it.runIf(cluster.own)('is found rather than started again, and ended only by who started it', () => {
      const other = mkdtempSync(join(tmpdir(), 'windlass-smoke-'));
      try {
        const run = (script: string): string =>
          execFileSync(join(folder, script), [other], { encoding: 'utf8', env: { ...process.env, KUBECONFIG: '' } });
        expect(run('up.sh').trim()).toBe(cluster.kubeconfig);
        run('down.sh');
        expect(execFileSync(join(folder, 'component.sh'), ['status'], { encoding: 'utf8' })).not.toContain('is down');
      } finally {
        rmSync(other, { recursive: true });
      }
    });

    it.runIf(cluster.own)('has simulated nodes for more pods than a kubelet takes', async () => {
      const node = new SimulatedNode(client, `simulated-${namespace}`);
      await node.start();
      try {
        const spec = {
          restartPolicy: 'Never',
          containers: [{ name: 'main', image: 'none' }],
          ...onSimulatedNode(node.name),
        };
        const names = Array.from({ length: 50 }, (_, index) => `crowd-${index}`);
        await Promise.all(names.map(name => client.expect('POST', pods, { metadata: { name }, spec })));
        await Promise.all(names.map(name => until(name, ended)));
        await client.expect('DELETE', pods);
        await expect.poll(async () => (await client.expect('GET', pods)).items).toEqual([]);
      } finally {
        await node.end();
      }
    });

    it.runIf(cluster.own)('reports what ended while the kubelet was away', async () => {
      await start('away', 'busybox', ['sleep', '1']);
      await until('away', running);
      await component('stop', 'kubelet', 'KILL');
      try {
        await new Promise(resolve => setTimeout(resolve, 1_200));
        expect(running(await client.expect('GET', `${pods}/away`))).toBe(true);
      } finally {
        await component('start', 'kubelet');
      }
      const pod = await until('away', ended);
      // The phase may still be Running here: the kubelet reports the container first.
      expect(pod.status.containerStatuses[0].state.terminated.exitCode).toBe(0);
    });

    it.runIf(cluster.own)('keeps its pods when the API server is killed', async () => {
      const created = await start('kept', 'busybox', ['sh', '-c', 'trap "exit 0" TERM; sleep 60 & wait']);
      await until('kept', running);
      await component('stop', 'apiserver', 'KILL');
      try {
        await expect(client.call('GET', pods)).rejects.toThrow();
      } finally {
        await component('start', 'apiserver');
      }
      await refreshClients();
      await untilReady(client);
      const pod = await client.expect('GET', `${pods}/kept`);
      expect(running(pod)).toBe(true);
      expect(pod.metadata.uid).toBe(created.metadata.uid);
    });
  });
}
