/** A bearer token that a task of the flow fetches: refused in mid-run, fetched anew, and the run goes on. 17 s. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PrepareError } from '../../src/runners/runner.ts';
import { tokenSource } from '../../src/runners/token-source.ts';
import { collectLines, never, type TrialOptions, textsOf } from '../contract/runner/harness.ts';
import { clusterUnderTest } from '../engines/kubernetes/cluster.ts';
import { KubernetesProxy, refusal } from '../faults/kubernetes-proxy.ts';
import { podsOf } from './cluster.ts';
import { useTrials } from './trials.ts';

const found = clusterUnderTest();

if ('unavailable' in found || found.own === undefined) {
  test.skip('oauthTokenProvider: no cluster of our own runs here', () => {});
} else {
  const { client, own } = found;
  const { token } = own;
  const trials = useTrials(found, 'tokens');
  let proxy: KubernetesProxy;

  const cluster = () => ({ masterUrl: proxy.url, caCertData: own.authority.toString('utf8') });
  const trial = (get: (fresh: boolean) => Promise<string>, options: TrialOptions) =>
    trials.make(options, { config: cluster(), [tokenSource]: { identity: 'test', get } });

  beforeAll(async () => {
    proxy = await KubernetesProxy.start(own);
  });
  afterEach(() => proxy.heal());
  afterAll(() => proxy.close());

  describe('oauthTokenProvider', () => {
    test('every kind of call that is refused with 401 in mid-run goes on with a new token', async () => {
      const asked: boolean[] = [];
      const answer = async (fresh: boolean) => {
        asked.push(fresh);
        return token;
      };
      const made = await trial(answer, {
        script: 'for i in 1 2 3 4 5 6 7 8; do echo $i; sleep 0.3; done; cp in out',
        files: { in: randomBytes(100_000) },
        wanted: ['out'],
      });
      for (const request of [/^POST/, /watch=true/, /\/log\?/, /\/exec\?/, /^DELETE/]) {
        proxy.break({ request, ...refusal(401, 'Unauthorized') });
      }
      const run = await made.started();
      const reading = collectLines(run);
      await sleep(500);
      // What is open is cut, and the next token is refused too.
      proxy.break({ request: /watch=true|\/log\?/, times: 2, ...refusal(401, 'Unauthorized') });
      for (const passage of proxy.open(/watch=true|\/log\?/)) passage.cut();
      const [lines, outcome] = await Promise.all([reading, run.outcome(never)]);
      await run.fetch(never);
      await run.dispose();
      expect(outcome).toMatchObject({ kind: 'exited', exitCode: 0 });
      expect(textsOf(lines, 'stdout')).toEqual(['1', '2', '3', '4', '5', '6', '7', '8']);
      expect(asked.filter(fresh => fresh).length).toBeGreaterThanOrEqual(5);
      expect(readFileSync(`${made.spec.workDir}/out`).equals(readFileSync(`${made.spec.workDir}/in`))).toBe(true);
    });

    test('a token endpoint that is away for a moment in mid-run ends nothing', async () => {
      let away = false;
      const made = await trial(
        async () => {
          if (away) throw new Error('the token endpoint is away');
          return token;
        },
        { script: 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo $i; sleep 0.25; done' },
      );
      const run = await made.started();
      const reading = collectLines(run);
      await sleep(800);
      away = true;
      for (const passage of proxy.open(/watch=true|\/log\?/)) passage.cut();
      await sleep(1_500);
      away = false;
      const [lines, outcome] = await Promise.all([reading, run.outcome(never)]);
      await run.dispose();
      expect(outcome).toMatchObject({ kind: 'exited', exitCode: 0 });
      expect(textsOf(lines, 'stdout')).toEqual(Array.from({ length: 12 }, (_, index) => String(index + 1)));
    });

    test('a token of the flow that ends in mid-run: the run fails and says what to do', async () => {
      const made = await trials.make(
        { script: 'echo begun; sleep 60' },
        { config: { ...cluster(), oauthToken: token } },
      );
      const run = await made.started();
      for await (const batch of run.logs()) if (batch.lines.length > 0) break;
      proxy.break({ request: /^GET/, times: 999, ...refusal(401, 'Unauthorized') });
      for (const passage of proxy.open(/watch=true/)) passage.cut();
      expect(await run.outcome(never)).toMatchObject({
        kind: 'node-lost',
        detail: expect.stringMatching(/Unauthorized.*oauthTokenProvider.*doctor --sweep/),
      });
      proxy.heal();
      await run.dispose();
      // Nobody watches it any more: its deletion is asked for, and not waited for.
      await expect.poll(() => podsOf(client, trials.owner), { timeout: 20_000 }).toEqual([]);
    });

    test('a token that cannot be got is said in its own words, before there is a pod', async () => {
      const made = await trial(() => Promise.reject(new Error('no such service account')), { script: 'true' });
      const error = await made.prepare().catch(caught => caught);
      expect(error).toBeInstanceOf(PrepareError);
      expect(error.message).toMatch(/token .* cannot be got: no such service account.*oauthTokenProvider/);
    });
  });
}
