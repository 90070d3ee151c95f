/** Does the proxy break what it is told to, and nothing else? */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:https';
import type { Duplex } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KubernetesClient, type WatchEvent } from '../engines/kubernetes/client.ts';
import { clusterUnderTest } from '../engines/kubernetes/cluster.ts';
import { expiredWatch, KubernetesProxy, refusal } from './kubernetes-proxy.ts';

const found = clusterUnderTest();
const cluster = 'unavailable' in found ? undefined : found.own;

/** Frames of a short exec in a pod, until the connection is closed. */
async function framesOfExec(client: KubernetesClient, path: string): Promise<Buffer> {
  const { agent, server, headers } = client.connection;
  const sent = request(new URL(path, server), {
    agent,
    headers: {
      ...headers,
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
      'Sec-WebSocket-Protocol': 'v5.channel.k8s.io',
    },
  });
  sent.end();
  const [, socket, head] = (await once(sent, 'upgrade')) as [unknown, Duplex, Buffer];
  const parts = [head];
  socket.on('data', part => {
    parts.push(part);
    // A close frame: both sides are done.
    if (Buffer.concat(parts).includes(Buffer.from([0x88, 0x02, 0x03, 0xe8]))) socket.end();
  });
  await once(socket, 'close');
  return Buffer.concat(parts);
}

if (cluster === undefined) {
  it.skip('the fault proxy for Kubernetes: no cluster of our own runs here', () => {});
} else {
  describe('the fault proxy for Kubernetes', () => {
    const pods = '/api/v1/namespaces/default/pods';
    const name = `proxy-${randomBytes(4).toString('hex')}`;
    const list = /^GET \/api\/v1\/namespaces$/;
    let proxy: KubernetesProxy;
    let client: KubernetesClient;
    const get = () => client.call('GET', '/api/v1/namespaces');

    beforeAll(async () => {
      const direct = new KubernetesClient(cluster.tokenKubeconfig);
      await direct.expect('POST', pods, {
        metadata: { name },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [{ name: 'main', image: 'busybox', imagePullPolicy: 'IfNotPresent', command: ['sleep', '600'] }],
        },
      });
      while ((await direct.expect('GET', `${pods}/${name}`)).status.phase !== 'Running') {
        await new Promise(resolve => setTimeout(resolve, 100));
      }
      direct.close();
    });
    beforeEach(async () => {
      proxy = await KubernetesProxy.start(cluster);
      client = new KubernetesClient(proxy.kubeconfig);
    });
    afterEach(async () => {
      client.close();
      await proxy.close();
    });
    afterAll(async () => {
      const direct = new KubernetesClient(cluster.tokenKubeconfig);
      await direct.expect('DELETE', `${pods}/${name}?gracePeriodSeconds=0`);
      direct.close();
    });

    it('passes what is not broken, and tells of it', async () => {
      expect((await get()).code).toBe(200);
      expect(proxy.requests).toEqual(['GET /api/v1/namespaces']);
    });

    it('answers in the place of the server, as often as it is told', async () => {
      proxy.break({ request: list, times: 2, ...refusal(429, 'TooManyRequests', { 'Retry-After': '1' }) });
      expect([(await get()).code, (await get()).code, (await get()).code]).toEqual([429, 429, 200]);
      proxy.break({ request: list, times: Number.POSITIVE_INFINITY, ...refusal(500, 'InternalError') });
      expect((await get()).body.reason).toBe('InternalError');
      proxy.heal();
      expect((await get()).code).toBe(200);
    });

    it('lets a watch begin with an expired version', async () => {
      proxy.break({ request: /watch=true/, ...expiredWatch });
      const events: WatchEvent[] = [];
      await client.watch('/api/v1/namespaces', event => events.push(event), new AbortController().signal);
      expect(events).toMatchObject([{ type: 'ERROR', object: { code: 410, reason: 'Expired' } }]);
    });

    it('loses an answer, cuts one in the middle of its JSON', async () => {
      proxy.break({ request: list, kind: 'cut' });
      await expect(get()).rejects.toThrow();
      proxy.break({ request: list, kind: 'cut', afterBytes: 100 });
      await expect(get()).rejects.toThrow('aborted');
      expect((await get()).code).toBe(200);
    });

    it('black-holes and cuts watches that are open', async () => {
      const events: string[] = [];
      const stop = new AbortController();
      const watching = client.watch(
        '/api/v1/namespaces',
        event => events.push(event.object.metadata.name),
        stop.signal,
      );
      await expect.poll(() => events).toContain('default');
      for (const passage of proxy.open(/watch=true/)) passage.blackHole();
      const label = { metadata: { labels: { touched: randomBytes(4).toString('hex') } } };
      const before = events.length;
      await client.expect('PATCH', '/api/v1/namespaces/default', label, 'application/merge-patch+json');
      await client.expect(
        'PATCH',
        '/api/v1/namespaces/default',
        { metadata: { labels: { touched: null } } },
        'application/merge-patch+json',
      );
      // Long enough for an event that came through: they take some 10 ms.
      await new Promise(resolve => setTimeout(resolve, 300));
      expect(events.length).toBe(before);
      const failed = expect(watching).rejects.toThrow('aborted');
      for (const passage of proxy.open(/watch=true/)) passage.cut();
      await failed;
    });

    it('closes an exec without saying how it ended', async () => {
      const path = `${pods}/${name}/exec?command=echo&command=hello&container=main&stdout=true`;
      const whole = await framesOfExec(client, path);
      expect(whole.toString('latin1')).toContain('"status":"Success"');
      proxy.break({ request: /\/exec\?/, kind: 'no-status' });
      const broken = await framesOfExec(client, path);
      expect(broken.toString('latin1')).toContain('hello\n');
      expect(broken.toString('latin1')).not.toContain('"status"');
    });
  });
}
