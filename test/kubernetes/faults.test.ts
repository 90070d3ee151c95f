/** Broken connections and refusals between Windlass and the API server. 60 s on two loaded cores. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { Trial, type TrialOptions } from '../contract/runner/harness.ts';
import { kubernetesUnderTest, podsOf, removePodsOf, testCluster } from './cluster.ts';
import { type Fault, type Rule, startProxy } from './proxy.ts';

const cluster = testCluster();

if ('unavailable' in cluster) {
  console.warn(`SKIPPED: faults before the API server: ${cluster.unavailable}`);
  describe.skip(cluster.unavailable, () => {});
} else {
  const proxy = await startProxy(cluster.kubeconfig);
  const owner = `faults-${randomBytes(4).toString('hex')}`;
  const trials: Trial[] = [];

  /** The first `times` requests that match get the fault. */
  function first(times: number, pattern: RegExp, fault: Fault): Rule {
    let left = times;
    return ({ method, url }) => (pattern.test(`${method} ${url}`) && left-- > 0 ? fault : undefined);
  }

  async function live(options: TrialOptions) {
    const under = await kubernetesUnderTest({ config: { masterUrl: proxy.url } });
    if ('unavailable' in under) throw new Error(under.unavailable);
    const trial = await Trial.make(under, owner, options);
    trials.push(trial);
    return { ...(await trial.live()), trial };
  }

  afterEach(async () => {
    proxy.rule = () => undefined;
    const left = await podsOf(cluster.client, owner);
    await removePodsOf(cluster.client, owner);
    for (const trial of trials.splice(0)) await trial.removeFolders();
    expect(left.map(pod => pod.metadata.name)).toEqual([]);
  });
  afterAll(async () => {
    await proxy.close();
    cluster.client.close();
  });

  const watch = /GET .*watch=true/;
  const log = /GET .*\/log\?/;

  describe('the watch', () => {
    test.for<[string, Rule]>([
      ['cut in the middle of an event, ten times', first(10, watch, { cutAfter: 1000 })],
      ['cut before the first event', first(5, watch, { cutAfter: 1 })],
      ['too old, as an answer', first(2, watch, { answer: 410, body: { reason: 'Expired', message: 'too old' } })],
      [
        'too old, as an event',
        first(2, watch, {
          answer: 200,
          body: { type: 'ERROR', object: { code: 410, reason: 'Expired', message: 'x' } },
        }),
      ],
      ['refused for a while', first(2, watch, { answer: 429, headers: { 'Retry-After': '1' } })],
      ['failing in the server', first(3, watch, { answer: 500 })],
      ['silent for ever', first(99, watch, 'black-hole')],
    ])('%s: the outcome is learnt', async ([, rule]) => {
      proxy.rule = rule;
      const { outcome, stdout } = await live({ script: 'echo said; sleep 1; exit 5' });
      expect(outcome).toMatchObject({ kind: 'exited', exitCode: 5 });
      expect(stdout).toEqual(['said']);
    });

    test('is one for all pods of a worker', async () => {
      const before = proxy.requests.filter(request => watch.test(request)).length;
      const under = await kubernetesUnderTest({ config: { masterUrl: proxy.url } });
      if ('unavailable' in under) throw new Error(under.unavailable);
      const made = await Promise.all(Array.from({ length: 5 }, () => Trial.make(under, owner, { script: 'sleep 1' })));
      trials.push(...made);
      const lived = await Promise.all(made.map(trial => trial.live()));
      expect(lived.map(({ outcome }) => outcome)).toEqual(Array(5).fill({ kind: 'exited', exitCode: 0 }));
      expect(proxy.requests.filter(request => watch.test(request)).length - before).toBe(1);
    });
  });

  describe('the log', () => {
    test.for<[string, Rule]>([
      ['cut again and again', first(5, log, { cutAfter: 30_000 })],
      ['failing in the server', first(4, log, { answer: 500 })],
    ])('%s: each of 5,000 lines is there once', async ([, rule]) => {
      proxy.rule = rule;
      const { stdout } = await live({ script: 'seq 1 2500; sleep 1; seq 2501 5000; sleep 1' });
      expect(stdout).toEqual(Array.from({ length: 5000 }, (_, index) => String(index + 1)));
    });
  });

  describe('exec', () => {
    test.for([1, 200, 400])('closed without a status after %i bytes: files arrive whole', async bytes => {
      proxy.rule = first(2, /UPGRADE/, { cutAfter: bytes });
      const content = randomBytes(200_000);
      const { outcome, trial } = await live({
        script: 'cp in.bin out.bin',
        files: { 'in.bin': content },
        wanted: ['out.bin'],
      });
      expect(outcome).toMatchObject({ kind: 'exited', exitCode: 0 });
      expect(content.equals(await readFile(join(trial.spec.workDir, 'out.bin')))).toBe(true);
    });
  });

  describe('creation and removal', () => {
    test.for<[string, Rule]>([
      ['the answer to the creation is lost', first(1, /^POST/, 'lose-answer')],
      ['the creation fails in the server', first(2, /^POST/, { answer: 503 })],
      ['the answer to the deletion is lost', first(1, /^DELETE/, 'lose-answer')],
      ['the deletion is refused for a while', first(2, /^DELETE/, { answer: 429 })],
    ])('%s: one pod runs, and none is left', async ([, rule]) => {
      proxy.rule = rule;
      const { outcome, stdout } = await live({ script: 'echo once' });
      expect(outcome).toMatchObject({ kind: 'exited', exitCode: 0 });
      expect(stdout).toEqual(['once']);
    });
  });
}
