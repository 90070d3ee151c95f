/** Broken connections and refusals between Windlass and the API server, and a stop in each phase. 100 s on two loaded cores. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { isLost } from '../../src/runners/runner.ts';
import { collectLines, never, type TrialOptions, textsOf } from '../contract/runner/harness.ts';
import { clusterUnderTest } from '../engines/kubernetes/cluster.ts';
import { expiredWatch, type Fault, KubernetesProxy, refusal } from '../faults/kubernetes-proxy.ts';
import { full } from '../full.ts';
import { makeRunner, podsOf, removePodsOf } from './cluster.ts';
import { useTrials } from './trials.ts';

const cluster = clusterUnderTest();

if ('unavailable' in cluster || cluster.own === undefined) {
  test.skip('faults before the API server: no cluster of our own runs here', () => {});
} else {
  const { own } = cluster;
  const proxy = await KubernetesProxy.start(own);
  const trials = useTrials(cluster, 'faults');
  const { owner } = trials;
  const made = (options: TrialOptions, config = {}) =>
    trials.make(options, config, { runner: makeRunner(proxy.kubeconfig) });

  async function live(options: TrialOptions) {
    const trial = await made(options);
    return { ...(await trial.live()), trial };
  }

  afterEach(() => proxy.heal());
  afterAll(() => proxy.close());

  const watch = /watch=true/;
  const log = /\/log\?/;

  describe('the watch', () => {
    test.for<[string, Fault]>([
      ['cut in the middle of an event, ten times', { request: watch, times: 10, kind: 'cut', afterBytes: 1000 }],
      ['cut before the first event', { request: watch, times: 5, kind: 'cut', afterBytes: 1 }],
      ['too old, as an answer', { request: watch, times: 2, ...refusal(410, 'Expired') }],
      ['too old, as an event', { request: watch, times: 2, ...expiredWatch }],
      ['refused for a while', { request: watch, times: 2, ...refusal(429, 'TooManyRequests', { 'Retry-After': '1' }) }],
      ['failing in the server', { request: watch, times: 3, ...refusal(500, 'InternalError') }],
      ['silent for ever', { request: watch, times: 99, kind: 'black-hole', afterBytes: 0 }],
      ['never answered', { request: watch, times: 99, kind: 'black-hole' }],
    ])('%s: the outcome is learnt', async ([, fault]) => {
      proxy.break(fault);
      const { outcome, stdout } = await live({ script: 'echo said; sleep 1; exit 5' });
      expect(outcome).toMatchObject({ kind: 'exited', exitCode: 5 });
      expect(stdout).toEqual(['said']);
    });

    test('is one for all pods of a worker', async () => {
      const before = proxy.requests.length;
      const shared = { runner: makeRunner(proxy.kubeconfig) };
      const five = await Promise.all(Array.from({ length: 5 }, () => trials.make({ script: 'sleep 1' }, {}, shared)));
      const lived = await Promise.all(five.map(trial => trial.live()));
      expect(lived.map(({ outcome }) => outcome)).toEqual(Array(5).fill({ kind: 'exited', exitCode: 0 }));
      expect(proxy.requests.slice(before).filter(request => watch.test(request))).toHaveLength(1);
    });
  });

  describe('the log', () => {
    test.for<[string, Fault]>([
      ['cut again and again', { request: log, times: 5, kind: 'cut', afterBytes: 30_000 }],
      ['failing in the server', { request: log, times: 4, ...refusal(500, 'InternalError') }],
      ['silent from the first byte', { request: log, kind: 'black-hole', afterBytes: 0 }],
      ['never answered', { request: log, kind: 'black-hole' }],
    ])('%s: each of 5,000 lines is there once', async ([, fault]) => {
      proxy.break(fault);
      const { stdout } = await live({ script: 'seq 1 2500; sleep 1; seq 2501 5000; sleep 1' });
      expect(stdout).toEqual(Array.from({ length: 5000 }, (_, index) => String(index + 1)));
    });
  });

  describe('a log that cannot be read after the end', () => {
    const away: Fault = { request: log, times: 999, ...refusal(503, 'ServiceUnavailable') };

    async function ended(waitForLogs: string, awayMs: number) {
      const trial = await made({ script: 'sleep 1; echo said; sleep 0.5' }, { waitForLogs });
      proxy.break(away);
      const run = await trial.started();
      const reading = collectLines(run);
      expect(await run.outcome(never)).toMatchObject({ kind: 'exited', exitCode: 0 });
      const began = Date.now();
      const back = setTimeout(() => proxy.heal(), awayMs);
      const lines = textsOf(await reading, 'stdout');
      clearTimeout(back);
      await run.dispose();
      return { lines, took: Date.now() - began };
    }

    test('is asked for again, and is whole when it comes', async () => {
      expect((await ended('PT0S', 3_000)).lines).toEqual(['said']);
    });

    test.runIf(full)(
      'is given up a minute and waitForLogs after the end',
      async () => {
        const { lines, took } = await ended('PT15S', 600_000);
        expect(lines).toEqual([]);
        expect(took).toBeGreaterThan(75_000);
        expect(took).toBeLessThan(100_000);
      },
      180_000,
    );
  });

  describe('exec', () => {
    const content = randomBytes(200_000);
    const copying = { script: 'cp in.bin out.bin', files: { 'in.bin': content }, wanted: ['out.bin'] };

    test.for<[string, Fault]>([
      ['cut after 1 byte', { request: /\/exec\?/, times: 2, kind: 'cut', afterBytes: 1 }],
      ['cut after 200 bytes', { request: /\/exec\?/, times: 2, kind: 'cut', afterBytes: 200 }],
      ['cut after 400 bytes', { request: /\/exec\?/, times: 2, kind: 'cut', afterBytes: 400 }],
      ['closed without a status', { request: /\/exec\?/, times: 2, kind: 'no-status' }],
      ['refused for a while', { request: /\/exec\?/, times: 2, ...refusal(503, 'ServiceUnavailable') }],
    ])('%s: files arrive whole', async ([, fault]) => {
      proxy.break(fault);
      const { outcome, trial } = await live(copying);
      expect(outcome).toMatchObject({ kind: 'exited', exitCode: 0 });
      expect(content.equals(await readFile(join(trial.spec.workDir, 'out.bin')))).toBe(true);
    });
  });

  describe('a pod that is deleted between its end and the fetch', () => {
    test.for([[['out.txt']], [[]]])('with %j declared', async ([wanted]) => {
      const trial = await made({ script: 'echo x > out.txt', wanted: wanted ?? [] });
      const run = await trial.started();
      expect(await run.outcome(never)).toEqual({ kind: 'exited', exitCode: 0 });
      await removePodsOf(cluster.client, owner);
      const fetched = run.fetch(never);
      if (wanted?.length) await expect(fetched).rejects.toThrow(/^The output files are lost: /);
      else await fetched;
      await run.dispose();
    });
  });

  describe('creation and removal', () => {
    test.for<[string, Fault]>([
      ['the answer to the creation is lost', { request: /^POST/, kind: 'cut' }],
      ['the creation fails in the server', { request: /^POST/, times: 2, ...refusal(503, 'ServiceUnavailable') }],
      ['the answer to the deletion is lost', { request: /^DELETE/, kind: 'cut' }],
      ['the deletion is refused for a while', { request: /^DELETE/, times: 2, ...refusal(429, 'TooManyRequests') }],
    ])('%s: one pod runs, and none is left', async ([, fault]) => {
      proxy.break(fault);
      const { outcome, stdout } = await live({ script: 'echo once' });
      expect(outcome).toMatchObject({ kind: 'exited', exitCode: 0 });
      expect(stdout).toEqual(['once']);
    });
  });

  /** Ends a run in each phase of its life; `afterEach` looks for pods. */
  describe('stopped', () => {
    const files = { 'in.bin': randomBytes(200_000) };
    const patience = { timeout: 20_000 };
    const begunExecs = () => proxy.requests.filter(line => line.includes('/exec?')).length;

    test('while its pod is created and the answer does not come', async () => {
      proxy.break({ request: /^POST/, kind: 'black-hole' });
      const trial = await made({ script: 'sleep 60' });
      const abort = new AbortController();
      const preparing = trial.under.runner.prepare(trial.spec, trial.under.config, () => {}, abort.signal);
      await expect.poll(() => podsOf(cluster.client, owner), patience).toHaveLength(1);
      abort.abort();
      await expect(preparing).rejects.toThrow();
      // As runs/ does it after every start that failed.
      for await (const handle of trial.under.runner.list(owner, trial.under.config, never)) {
        await trial.under.runner.remove(handle, trial.under.config);
      }
    });

    test('while it waits for a node', async () => {
      const trial = await made({ script: 'true' });
      const config = { ...(trial.under.config as object), nodeSelector: { 'example.com/none': 'x' } };
      const handle = await trial.under.runner.prepare(trial.spec, config, () => {}, never);
      const run = await trial.under.runner.open(handle, trial.spec, config, never);
      if (isLost(run)) throw new Error(run.lost);
      await run.start();
      await run.stop({ graceMs: 1_000 });
      expect(await run.outcome(never)).toMatchObject({ kind: 'stopped' });
      await run.dispose();
    });

    test('while its input files are copied', async () => {
      const before = begunExecs();
      proxy.break({ request: /\/exec\?/, times: 99, kind: 'black-hole', afterBytes: 0 });
      const trial = await made({ script: 'true', files });
      const abort = new AbortController();
      const preparing = trial.under.runner.prepare(trial.spec, trial.under.config, () => {}, abort.signal);
      await expect.poll(begunExecs, patience).toBeGreaterThan(before);
      abort.abort();
      await expect(preparing).rejects.toThrow();
    });

    test('between its files and its start', async () => {
      const trial = await made({ script: 'true', files });
      const run = await trial.open(await trial.prepare());
      await run.stop({ graceMs: 0 });
      await run.dispose();
    });

    test('while it runs, and while its end is being learnt', async () => {
      const trial = await made({ script: 'echo begun; sleep 60' });
      const run = await trial.started();
      for await (const batch of run.logs()) if (batch.lines.length > 0) break;
      await Promise.all([run.stop({ graceMs: 0 }), run.stop({ graceMs: 500 })]);
      expect(await run.outcome(never)).toMatchObject({ kind: 'stopped' });
      await run.dispose();
    });

    test('while its output files are fetched', async () => {
      const trial = await made({ script: 'cp in.bin out.bin', files, wanted: ['out.bin'] });
      const run = await trial.started();
      await run.outcome(never);
      const before = begunExecs();
      proxy.break({ request: /\/exec\?/, times: 99, kind: 'black-hole', afterBytes: 0 });
      const abort = new AbortController();
      const fetching = run.fetch(abort.signal);
      await expect.poll(begunExecs, patience).toBeGreaterThan(before);
      abort.abort();
      await expect(fetching).rejects.toThrow();
      await run.dispose();
    });
  });
}
