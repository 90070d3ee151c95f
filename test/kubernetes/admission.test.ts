/** What stands before a pod's creation: quotas, and webhooks that refuse pods or add to them. 10 s. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { PrepareError } from '../../src/runners/runner.ts';
import { Trial, type TrialOptions } from '../contract/runner/harness.ts';
import { clusterUnderTest } from '../engines/kubernetes/cluster.ts';
import { kubernetesUnderTest } from './cluster.ts';

const found = clusterUnderTest();

if ('unavailable' in found || found.own === undefined) {
  test.skip('admission of pods: no cluster of our own runs here', () => {});
} else {
  const { client, own } = found;
  const namespace = `admission-${randomBytes(4).toString('hex')}`;
  const pods = `/api/v1/namespaces/${namespace}/pods`;
  const quotas = `/api/v1/namespaces/${namespace}/resourcequotas`;
  const registrations = '/apis/admissionregistration.k8s.io/v1';
  const trials: Trial[] = [];
  /** What the webhook answers to each pod. */
  let answer: object = { allowed: true };
  const server = createServer(
    { key: readFileSync(own.serverKey), cert: readFileSync(own.serverCertificate) },
    async (request, response) => {
      const { request: asked } = (await json(request)) as { request: { uid: string } };
      const review = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' };
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ ...review, response: { uid: asked.uid, ...answer } }));
    },
  );

  beforeAll(async () => {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await client.expect('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
    await client.expect('POST', `${registrations}/mutatingwebhookconfigurations`, {
      metadata: { name: namespace },
      webhooks: [
        {
          name: 'pods.windlass.test',
          clientConfig: { url: `https://127.0.0.1:${port}/`, caBundle: own.authority.toString('base64') },
          rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    });
    const account = `/api/v1/namespaces/${namespace}/serviceaccounts/default`;
    while ((await client.call('GET', account)).code !== 200) await sleep(50);
  });
  afterEach(async () => {
    answer = { allowed: true };
    const left = (await client.expect('GET', pods)).items;
    for (const trial of trials.splice(0)) await trial.removeFolders();
    expect(left.filter((pod: { metadata: { deletionTimestamp?: string } }) => !pod.metadata.deletionTimestamp)).toEqual(
      [],
    );
  });
  afterAll(async () => {
    await client.expect('DELETE', `${registrations}/mutatingwebhookconfigurations/${namespace}`);
    await client.expect('DELETE', `/api/v1/namespaces/${namespace}`);
    server.closeAllConnections();
    server.close();
    client.close();
  });

  async function made(options: TrialOptions, config: object = {}): Promise<Trial> {
    const under = await kubernetesUnderTest({ namespace, ...config });
    if ('unavailable' in under) throw new Error(under.unavailable);
    const trial = await Trial.make(under, 'admission', options);
    trials.push(trial);
    return trial;
  }

  async function refusal(config: object = {}): Promise<string> {
    const trial = await made({ script: 'true' }, config);
    const error = await trial.prepare().catch(caught => caught);
    expect(error).toBeInstanceOf(PrepareError);
    return error.message;
  }

  test('a webhook that refuses is told with its own words', async () => {
    answer = { allowed: false, status: { code: 403, message: 'pods must name a cost centre' } };
    expect(await refusal()).toMatch(/pods\.windlass\.test.*pods must name a cost centre/);
  });

  test('a quota that is used up is told as such', async () => {
    await client.expect('POST', quotas, { metadata: { name: 'none' }, spec: { hard: { pods: '0' } } });
    const seen = async () => (await client.expect('GET', `${quotas}/none`)).status?.hard?.pods;
    await expect.poll(seen, { timeout: 20_000 }).toBe('0');
    try {
      expect(await refusal()).toMatch(/exceeded quota: none.*pods=1.*Free some of the quota/);
    } finally {
      await client.expect('DELETE', `${quotas}/none`);
    }
  });

  test('an injected sidecar that never ends: the outcome, the log and the files are those of our container', async () => {
    const sidecar = { name: 'proxy', image: 'busybox', imagePullPolicy: 'Never', command: ['sleep', '3600'] };
    const patch = [{ op: 'add', path: '/spec/containers/0', value: sidecar }];
    const encoded = Buffer.from(JSON.stringify(patch)).toString('base64');
    answer = { allowed: true, patchType: 'JSONPatch', patch: encoded };
    const trial = await made({ script: 'echo ours; echo x > out; exit 4', wanted: ['out'] });
    const { outcome, stdout } = await trial.live();
    expect(outcome).toMatchObject({ kind: 'exited', exitCode: 4 });
    expect(stdout).toEqual(['ours']);
    expect(readFileSync(`${trial.spec.workDir}/out`, 'utf8')).toBe('x\n');
  });

  test('while no node takes the pod, the scheduler’s own words are said', async () => {
    const trial = await made({ script: 'true' }, { nodeSelector: { 'example.com/gpu': 'yes' } });
    const said: string[] = [];
    const { runner, config } = trial.under;
    const { signal } = new AbortController();
    const progress = ({ text }: { text: string }) => void said.push(text);
    const run = await trial.open(await runner.prepare(trial.spec, config, progress, signal));
    await run.start();
    await expect.poll(() => said.join('\n'), { timeout: 20_000 }).toMatch(/No node takes .*node affinity\/selector/);
    await run.stop({ graceMs: 0 });
    expect(await run.outcome(signal)).toMatchObject({ kind: 'stopped' });
    await run.dispose();
  });
}
