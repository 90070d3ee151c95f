/** Pods go on while parts of the cluster, or the way to it, are gone. 50 s on two cores. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { collectLines, never, type Trial, type TrialOptions, textsOf } from '../contract/runner/harness.ts';
import {
  type Component,
  clusterUnderTest,
  component,
  refreshClients,
  untilReady,
  untilSchedulable,
} from '../engines/kubernetes/cluster.ts';
import { full } from '../full.ts';
import { makeRunner, podsOf } from '../kubernetes/cluster.ts';
import { useTrials } from '../kubernetes/trials.ts';
import { KubernetesProxy } from './kubernetes-proxy.ts';

const found = clusterUnderTest();
/** ms that the API server stays away. */
const outage = full ? 30_000 : 2_000;

if ('unavailable' in found || found.own === undefined) {
  it.skip('parts of Kubernetes taken away: no cluster of our own runs here', () => {});
} else {
  const { client, own } = found;
  const trials = useTrials(found, 'parts');
  const { owner } = trials;
  let proxy: KubernetesProxy;

  const trial = (options: TrialOptions, kubeconfig = found.kubeconfig) =>
    trials.make(options, {}, { runner: makeRunner(kubeconfig) });

  /** Says a number every 50 ms; ends with 3. */
  const counting = (count: number): string =>
    `i=0; while [ $i -lt ${count} ]; do i=$((i+1)); echo line $i; sleep 0.05; done; sleep 0.5; exit 3`;
  const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `line ${index + 1}`);

  /** Lives a trial; `meanwhile` is called when its first line has been read. */
  const live = async (made: Trial, meanwhile: () => Promise<void>) => {
    const run = await made.started();
    const reading = collectLines(run);
    for await (const batch of run.logs()) if (batch.lines.length > 0) break;
    await meanwhile();
    const [lines, outcome] = await Promise.all([reading, run.outcome(never)]);
    await run.fetch(never);
    await run.dispose();
    return { outcome, texts: textsOf(lines, 'stdout') };
  };

  describe('parts of the cluster are taken away', () => {
    beforeAll(async () => {
      proxy = await KubernetesProxy.start(own);
    });
    afterEach(() => proxy.heal());
    afterAll(() => proxy.close());

    it('an evicted pod is said to be evicted, with what it logs in its grace period', async () => {
      const script = 'echo begun; trap "echo last words; exit 1" TERM; sleep 60 & wait';
      const { outcome, texts } = await live(await trial({ script }), async () => {
        const [pod] = await podsOf(client, owner);
        const name = pod?.metadata.name;
        await client.expect('POST', `/api/v1/namespaces/default/pods/${name}/eviction`, {
          apiVersion: 'policy/v1',
          kind: 'Eviction',
          metadata: { name },
        });
      });
      expect(outcome.kind).toBe('evicted');
      expect(texts).toEqual(['begun', 'last words']);
    });

    it('watch and log fall silent while they are open', async () => {
      const made = await trial({ script: counting(40) }, proxy.kubeconfig);
      const { outcome, texts } = await live(made, async () => {
        for (const passage of proxy.open(/watch=true|\/log\?/)) passage.blackHole();
      });
      expect(outcome).toMatchObject({ kind: 'exited', exitCode: 3 });
      expect(texts).toEqual(numbered(40));
    }, 180_000);

    it('an exec that fetches files is closed without its status', async () => {
      const script = 'echo begun; echo 42 > out.txt; sleep 0.5';
      const made = await trial({ script, wanted: ['out.txt'] }, proxy.kubeconfig);
      const { outcome } = await live(made, async () => {
        proxy.break({ request: /\/exec\?.*container=out-files/, kind: 'no-status' });
      });
      expect(outcome).toMatchObject({ kind: 'exited', exitCode: 0 });
      expect(existsSync(join(made.spec.workDir, 'out.txt'))).toBe(true);
    }, 120_000);

    const away = async (name: Component, ms: number): Promise<void> => {
      await component('stop', name, 'KILL');
      await sleep(ms);
      await component('start', name);
      if (name === 'apiserver' || name === 'etcd') await refreshClients();
      await untilReady(client);
    };

    const killed: [Component, number][] = [
      ['kubelet', 500],
      ['apiserver', outage],
    ];
    if (full) killed.push(['etcd', 500], ['containerd', 500]);
    it.each(killed)(
      '%s killed, and back after %i ms: every line once, and the right end',
      async (name, ms) => {
        const count = Math.ceil((ms + 3_000) / 50);
        const { outcome, texts } = await live(await trial({ script: counting(count) }), () => away(name, ms));
        expect(outcome).toMatchObject({ kind: 'exited', exitCode: 3 });
        expect(texts).toEqual(numbered(count));
      },
      outage + 60_000,
    );

    it('a pod that ends while the API server is away is seen as it ended', async () => {
      const made = await trial({ script: 'echo begun; sleep 1; echo done; exit 3' });
      const { outcome, texts } = await live(made, () => away('apiserver', outage));
      expect(outcome).toMatchObject({ kind: 'exited', exitCode: 3 });
      expect(texts).toEqual(['begun', 'done']);
    }, 120_000);

    // Last: the cluster gives such a pod up after a minute, and its node is a new one then.
    it.runIf(full)(
      'a node that is gone for good is said to be lost',
      async () => {
        const made = await trial({ script: 'echo begun; sleep 600' });
        try {
          const { outcome, texts } = await live(made, async () => {
            const [pod] = await podsOf(client, owner);
            await component('stop', 'kubelet', 'KILL');
            await client.expect('DELETE', `/api/v1/nodes/${pod?.spec.nodeName}`);
          });
          expect(outcome.kind).toBe('node-lost');
          expect(texts).toEqual(['begun']);
        } finally {
          await component('start', 'kubelet');
          await untilSchedulable(client);
        }
      },
      240_000,
    );
  });
}
