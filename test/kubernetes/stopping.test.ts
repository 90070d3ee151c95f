/** Ending programs at moments and in pods where the node is behind, or the program is not where it mostly is. 14 s. */
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { collectLines, never, textsOf } from '../contract/runner/harness.ts';
import { testCluster } from './cluster.ts';
import { useTrials } from './trials.ts';

const cluster = testCluster();

if ('unavailable' in cluster) {
  test.skip(`ending programs of pods: ${cluster.unavailable}`, () => {});
} else {
  const { client } = cluster;
  const trials = useTrials(cluster, 'stopping');

  async function untilItSays(pod: string): Promise<void> {
    const log = `/api/v1/namespaces/default/pods/${pod}/log?container=main`;
    while (!String((await client.call('GET', log)).body).includes('ready')) await pause(20);
  }

  test('a stop without grace ends one with, also when nobody was told yet that the program has begun', async () => {
    const trial = await trials.make({ script: "trap '' TERM; echo ready; while :; do sleep 0.1; done" });
    const handle = await trial.prepare();
    const run = await trial.open(handle);
    await run.start();
    // The node says a second later that its container runs.
    await untilItSays(String(handle.data.name));
    const began = Date.now();
    const patient = run.stop({ graceMs: 40_000 });
    await pause(300);
    await Promise.all([patient, run.stop({ graceMs: 0 })]);
    expect(Date.now() - began).toBeLessThan(25_000);
    await run.dispose();
  });

  const bye = "trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.1; done";

  test.for([
    ['that shares its processes and has no helper', { podSpec: { shareProcessNamespace: true } }, {}],
    [
      'whose program is another user than the helper',
      { containerSpec: { securityContext: { runAsUser: 1234 } } },
      { wanted: ['o'] },
    ],
    ['with a helper that does not see the program', { podSpec: { shareProcessNamespace: false } }, { wanted: ['o'] }],
  ] as const)('a program gets SIGTERM and its time in a pod %s', async ([, config, options]) => {
    const run = await (await trials.make({ script: bye, ...options }, config)).started();
    for await (const batch of run.logs()) if (batch.lines.length > 0) break;
    const began = Date.now();
    await run.stop({ graceMs: 40_000 });
    expect(Date.now() - began).toBeLessThan(25_000);
    const [lines, outcome] = await Promise.all([collectLines(run), run.outcome(never)]);
    await run.dispose();
    expect(textsOf(lines, 'stdout')).toEqual(['ready', 'bye']);
    expect(outcome).toMatchObject({ kind: 'stopped', detail: expect.stringContaining('exit code 3') });
  });
}
