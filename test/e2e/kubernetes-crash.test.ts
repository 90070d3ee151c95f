/** Windlass is killed while it creates a pod: what it stored before is enough to find the pod, or to make it once. 33 s. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { clusterUnderTest } from '../engines/kubernetes/cluster.ts';
import { type Fault, KubernetesProxy, refusal } from '../faults/kubernetes-proxy.ts';
import { useSandbox } from './sandbox.ts';

const found = clusterUnderTest();

if ('unavailable' in found || found.own === undefined) {
  test.skip('kill -9 while a pod is created: no cluster of our own runs here', () => {});
} else {
  const { client, own } = found;
  const sandbox = useSandbox();
  let proxy: KubernetesProxy;
  const pods = '/api/v1/namespaces/default/pods';

  beforeAll(async () => {
    proxy = await KubernetesProxy.start(own);
    await new Promise<void>(resolve => empty.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => proxy.heal());
  afterAll(async () => {
    await proxy.close();
    empty.close();
    client.close();
  });

  /** Another cluster, which knows of no pod and denies none: the kubeconfig of one that is asked by default. */
  const empty = createServer((request, response) => {
    const isList = request.method === 'GET' && request.url?.includes('/pods?');
    response.writeHead(isList ? 200 : 404).end(JSON.stringify(isList ? { metadata: {}, items: [] } : {}));
  });
  const emptyCluster = () => {
    const path = sandbox().path('empty-cluster.json');
    const cluster = { server: `http://127.0.0.1:${(empty.address() as AddressInfo).port}` };
    const contexts = [{ name: 'c', context: { cluster: 'c', user: 'u' } }];
    const users = [{ name: 'u', user: {} }];
    writeFileSync(
      path,
      JSON.stringify({ clusters: [{ name: 'c', cluster }], users, contexts, 'current-context': 'c' }),
    );
    return path;
  };

  const podsOf = async () => {
    const selector = encodeURIComponent(`kestra.io/namespace=${sandbox().namespace}`);
    return (await client.expect('GET', `${pods}?labelSelector=${selector}`)).items as {
      metadata: { uid: string; deletionTimestamp?: string };
      status: { phase: string };
    }[];
  };

  const flow = (kind: 'runner' | 'PodCreate', config?: object) => {
    const script = 'echo begun; sleep 2; echo done';
    if (kind === 'runner') {
      return sandbox().flow({
        tasks: [
          {
            id: 'pod',
            type: 'io.kestra.plugin.scripts.shell.Commands',
            containerImage: 'busybox',
            commands: [script],
            taskRunner: { type: 'io.kestra.plugin.ee.kubernetes.runner.Kubernetes', pullPolicy: 'NEVER', config },
          },
        ],
      });
    }
    const container = { name: 'c', image: 'busybox', imagePullPolicy: 'Never', command: ['sh', '-c', script] };
    const type = 'io.kestra.plugin.kubernetes.core.PodCreate';
    return sandbox().flow({ tasks: [{ id: 'pod', type, connection: config, spec: { containers: [container] } }] });
  };

  interface Shown {
    readonly state: { readonly current: string };
    readonly logs: readonly { readonly message: string }[];
  }

  /** Starts the flow, kills it once `until` is true, and resumes it with nothing broken any more. */
  async function killed(
    kind: 'runner' | 'PodCreate',
    fault: Fault,
    until: (requests: readonly string[]) => Promise<boolean>,
  ): Promise<Shown> {
    const env = { KUBECONFIG: proxy.kubeconfig };
    const before = proxy.requests.length;
    proxy.break(fault);
    const run = sandbox().start(['run', flow(kind)], { env });
    for (const limit = Date.now() + 20_000; !(await until(proxy.requests.slice(before))); await sleep(20)) {
      if (Date.now() > limit) throw new Error(`the moment to kill did not come: ${run.out}${run.err}`);
    }
    run.kill('SIGKILL');
    await run.ended;
    expect(storedHandles()).toMatchObject([{ announced: true, data: { namespace: 'default' } }]);
    proxy.heal();
    const resumed = await sandbox().run(['resume', '--json'], { env });
    return [JSON.parse(resumed.out)].flat()[0] as Shown;
  }

  /** What a new process has to find the pod by. */
  const storedHandles = () => {
    const database = new DatabaseSync(sandbox().path('.windlass/windlass.db'), { readOnly: true });
    const rows = database.prepare('SELECT handle FROM runs').all();
    database.close();
    return rows.map(({ handle }) => JSON.parse(String(handle)));
  };

  const texts = ({ logs }: Shown) => logs.map(({ message }) => message).filter(text => /begun|done/.test(text));
  const remaining = async () => (await podsOf()).filter(pod => !pod.metadata.deletionTimestamp);

  describe.each(['runner', 'PodCreate'] as const)('kill -9 while a pod is created (%s)', kind => {
    test('the pod is made and runs, and its creator never heard of it', async () => {
      let uid = '';
      const shown = await killed(kind, { request: /^POST .*\/pods/, kind: 'black-hole' }, async () => {
        const [pod] = await podsOf();
        uid = pod?.metadata.uid ?? '';
        return pod?.status.phase === 'Running';
      });
      expect([shown.state.current, texts(shown)]).toEqual(['SUCCESS', ['begun', 'done']]);
      expect(uid).not.toBe('');
      expect(await remaining()).toEqual([]);
    });

    test('the pod was asked for and never made: it is made once', async () => {
      const shown = await killed(
        kind,
        { request: /^POST .*\/pods/, times: 99, ...refusal(503, 'ServiceUnavailable') },
        async requests => requests.some(line => /^POST .*\/pods/.test(line)),
      );
      expect([shown.state.current, texts(shown)]).toEqual(['SUCCESS', ['begun', 'done']]);
      expect(await remaining()).toEqual([]);
    });

    describe('between its end and its removal, in a cluster that only the flow names', () => {
      /** @returns the environment of a process that can read the flow, and of one that cannot */
      async function killedBeforeRemoval() {
        const config = {
          masterUrl: proxy.url,
          caCertData: own.authority.toString('utf8'),
          oauthToken: "{{ secret('CLUSTER') }}",
        };
        const unable = { KUBECONFIG: emptyCluster() };
        const able = { ...unable, SECRET_CLUSTER: Buffer.from(own.token).toString('base64') };
        const before = proxy.requests.length;
        proxy.break({ request: /^DELETE .*\/pods/, times: 99, ...refusal(503, 'ServiceUnavailable') });
        const run = sandbox().start(['run', flow(kind, config)], { env: able });
        const asked = () => proxy.requests.slice(before).some(line => line.startsWith('DELETE'));
        for (const limit = Date.now() + 30_000; !asked() && Date.now() < limit; ) await sleep(20);
        run.kill('SIGKILL');
        await run.ended;
        expect(await remaining()).toHaveLength(1);
        proxy.heal();
        return { able, unable };
      }

      test('resume removes it there', async () => {
        const { able } = await killedBeforeRemoval();
        expect(await sandbox().run(['resume'], { env: able })).toMatchObject({ code: 0 });
        expect(await remaining()).toEqual([]);
      });

      test('doctor --sweep does, and says so when it cannot know which that is', async () => {
        const { able, unable } = await killedBeforeRemoval();
        const sweep = ['doctor', '--sweep'];
        const blind = await sandbox().run(sweep, { env: unable });
        expect([blind.code, blind.err]).toEqual([1, expect.stringContaining('in a cluster that its task names')]);
        expect(await remaining()).toHaveLength(1);
        expect(await sandbox().run(sweep, { env: able })).toMatchObject({ code: 0 });
        expect(await remaining()).toEqual([]);
      });
    });
  });
}
