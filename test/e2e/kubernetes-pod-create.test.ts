/** A pod of PodCreate outlives the process that created it. About 8 s. */
import { expect, test } from 'vitest';
import { clusterUnderTest } from '../engines/kubernetes/cluster.ts';
import { useSandbox } from './sandbox.ts';

const cluster = clusterUnderTest();

const container = (name: string, script: string) => ({
  name,
  image: 'busybox:latest',
  imagePullPolicy: 'IfNotPresent',
  command: ['sh', '-c', script],
});
const lines = (name: string) => `for i in 1 2 3 4 5 6; do echo ${name} $i; sleep 0.5; done`;

if ('unavailable' in cluster) {
  test.skip(`PodCreate after a crash: ${cluster.unavailable}`, () => {});
} else {
  const { kubeconfig, client } = cluster;
  const sandbox = useSandbox();

  test('after kill -9 the same pod is taken over: every line of both containers once, and its files', async () => {
    const env = { KUBECONFIG: kubeconfig };
    const flow = sandbox().flow({
      tasks: [
        {
          id: 'pod',
          type: 'io.kestra.plugin.kubernetes.core.PodCreate',
          outputFiles: ['out.txt'],
          spec: {
            containers: [
              container('first', `${lines('one')}; echo made > {{ outputFiles['out.txt'] }}`),
              container('second', lines('two')),
            ],
          },
        },
        {
          id: 'said',
          type: 'io.kestra.plugin.core.log.Log',
          message: "{{ read(outputs.pod.outputFiles['out.txt']) }}",
        },
      ],
    });
    const run = sandbox().start(['run', flow], { env });
    await run.says('one 2');
    run.kill('SIGKILL');
    await run.ended;
    const resumed = await sandbox().run(['resume', '--json'], { env });
    expect(resumed.code).toBe(0);
    const [execution] = [JSON.parse(resumed.out)].flat() as {
      id: string;
      state: { current: string };
      logs: { message: string }[];
    }[];
    const said = (word: string) => execution?.logs.map(({ message }) => message).filter(text => text.startsWith(word));
    const six = (word: string) => [1, 2, 3, 4, 5, 6].map(index => `${word} ${index}`);
    expect([execution?.state.current, said('one'), said('two')]).toEqual(['SUCCESS', six('one'), six('two')]);
    expect(said('made')).toHaveLength(1);
    const selector = encodeURIComponent(`kestra.io/execution-id=${execution?.id}`);
    const left = await client.expect('GET', `/api/v1/namespaces/default/pods?labelSelector=${selector}`);
    expect(
      left.items.filter((pod: { metadata: { deletionTimestamp?: string } }) => !pod.metadata.deletionTimestamp),
    ).toEqual([]);
  });
}
