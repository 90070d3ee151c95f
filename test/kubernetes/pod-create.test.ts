/** PodCreate on the real cluster. About 14 s. */
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLocalStorage } from '../../src/storage/local/index.ts';
import { namespaceFileUri } from '../../src/storage/uris.ts';
import { clusterUnderTest } from '../engines/kubernetes/cluster.ts';
import { type Document, FlowHarness, outputsOf, saidBy } from '../tasks/flow-harness.ts';

const cluster = clusterUnderTest();

/** A flow with one task `pod`; a YAML value may be JSON. */
const podFlow = (properties: object) =>
  `tasks:\n  - ${JSON.stringify({ id: 'pod', type: 'io.kestra.plugin.kubernetes.core.PodCreate', ...properties })}\n`;
const container = (script: string, more: object = {}) => ({
  name: 'work',
  image: 'busybox:latest',
  imagePullPolicy: 'IfNotPresent',
  command: ['sh', '-c', script],
  ...more,
});

if ('unavailable' in cluster) {
  test.skip(`PodCreate: ${cluster.unavailable}`, () => {});
} else {
  const { kubeconfig, client } = cluster;
  let harness: FlowHarness;
  let executions: string[];
  beforeEach(() => {
    harness = new FlowHarness({ ...process.env, KUBECONFIG: kubeconfig });
    executions = [];
  });
  afterEach(async () => {
    await harness.close();
    for (const id of executions) expect(await podsOf(id), 'pods left behind').toEqual([]);
  });

  const podsOf = async (id: string): Promise<string[]> => {
    const selector = encodeURIComponent(`kestra.io/execution-id=${id}`);
    const list = await client.expect('GET', `/api/v1/namespaces/default/pods?labelSelector=${selector}`);
    return list.items
      .filter((pod: { metadata: { deletionTimestamp?: string } }) => !pod.metadata.deletionTimestamp)
      .map(({ metadata }: { metadata: { name: string } }) => metadata.name);
  };
  const run = async (properties: object): Promise<Document> => {
    const ended = await harness.run(podFlow(properties));
    executions.push(ended.id);
    return ended;
  };

  test('files go in and out, the logs of all containers are there, and the pod is as its user wrote it', async () => {
    await openLocalStorage(join(harness.base, 'state', 'storage')).put(namespaceFileUri('a.b', 'in.txt'), 'hello\n');
    const ended = await run({
      inputFiles: { 'in.txt': 'nsfile:///in.txt' },
      outputFiles: ['out.txt'],
      metadata: { labels: { mine: 'yes' } },
      containerDefaultSpec: { env: [{ name: 'WHO', value: 'default' }] },
      spec: {
        containers: [
          container('cat {{ workingDir }}/in.txt; echo "$WHO" > {{ outputFiles[\'out.txt\'] }}; pwd'),
          {
            ...container(`echo '::{"outputs":{"answer":42}}::'; echo "$WHO"`),
            name: 'second',
            env: [{ name: 'WHO', value: 'own' }],
          },
        ],
      },
    });
    expect([...saidBy(ended, 'pod')].sort()).toEqual(['INFO /', 'INFO hello', 'INFO own']);
    expect(ended.state.current).toBe('SUCCESS');
    const outputs = outputsOf(ended, 'pod') as {
      outputFiles: Record<string, string>;
      vars: object;
      metadata: { labels: object };
    };
    expect(outputs.vars).toEqual({ answer: 42 });
    expect(outputs.metadata.labels).toMatchObject({ mine: 'yes', 'kestra.io/task-id': 'pod' });
    expect(await harness.workspace.storage.getText(outputs.outputFiles['out.txt'] ?? '')).toBe('default\n');
  });

  test('a container that fails fails the task, with its code, its log and the pod’s last status', async () => {
    const ended = await run({ spec: { containers: [container('echo before; exit 3')] } });
    expect(ended.state.current).toBe('FAILED');
    expect(saidBy(ended, 'pod')).toEqual(['INFO before', 'ERROR A container of the pod failed with exit code 3']);
    expect(outputsOf(ended, 'pod')).toMatchObject({ status: { phase: 'Failed' } });
  });

  test('success is the phase Succeeded', async () => {
    const ended = await run({ spec: { containers: [container('true')] } });
    expect(outputsOf(ended, 'pod')).toMatchObject({ status: { phase: 'Succeeded' }, vars: {}, outputFiles: {} });
  });

  test('a kill ends the pod', async () => {
    const driver = await harness.start(podFlow({ spec: { containers: [container('echo up; exec sleep 600')] } }));
    const { id } = driver.carried.state.execution;
    executions.push(id);
    await expect.poll(() => podsOf(id), { timeout: 10_000 }).toHaveLength(1);
    harness.session.killAll();
    expect((await driver.ended).state.current).toBe('KILLED');
  });

  test('files too large to come with the pod are there before its containers start', async () => {
    const text = 'x'.repeat(200_000);
    const ended = await run({
      inputFiles: { 'large.txt': text },
      spec: { containers: [container('wc -c < {{ workingDir }}/large.txt')] },
    });
    expect([ended.state.current, saidBy(ended, 'pod')]).toEqual(['SUCCESS', ['INFO 200000']]);
  });

  test('a pod that has not ended within waitRunning is stopped', async () => {
    const ended = await run({ waitRunning: 'PT2S', spec: { containers: [container('echo up; exec sleep 600')] } });
    expect(ended.state.current).toBe('FAILED');
    expect(saidBy(ended, 'pod').join('\n')).toMatch(
      /ERROR The pod \S+ had not ended within waitRunning; it was stopped/,
    );
  });

  test.each([
    [{ containers: [{ name: 'Work_', image: 'busybox' }] }, 'spec.containers[0].name'],
    [{ containers: [] }, 'spec.containers'],
    [{ containers: [container('true', { image: 'BAD IMAGE' })] }, 'BAD IMAGE'],
  ])('what the cluster refuses of the specification is said in its words: %j', async (spec, words) => {
    const ended = await run({ spec });
    expect(ended.state.current).toBe('FAILED');
    expect(saidBy(ended, 'pod').join('\n')).toContain(words);
    expect(saidBy(ended, 'pod').join('\n')).not.toContain('taskRunner');
  });

  test('an input file that has nothing in it is missed before a pod is there', async () => {
    const ended = await run({ inputFiles: { 'a.txt': '' }, spec: { containers: [container('true')] } });
    expect(saidBy(ended, 'pod').join('\n')).toContain("Input file 'a.txt' references a null or empty value.");
  });
}
