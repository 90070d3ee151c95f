/** What the cluster refuses or ends, told in words, with nothing left behind. 25 s on two cores. */
import { expect, test } from 'vitest';
import { PrepareError } from '../../src/runners/runner.ts';
import type { TrialOptions } from '../contract/runner/harness.ts';
import { podsOf, removePodsOf, testCluster } from './cluster.ts';
import { useTrials } from './trials.ts';

const cluster = testCluster();

if ('unavailable' in cluster) {
  test.skip(`refusals of the cluster: ${cluster.unavailable}`, () => {});
} else {
  const trials = useTrials(cluster, 'refusals');
  const { owner } = trials;

  async function ending(config: object, options: TrialOptions = {}, image?: string) {
    const trial = await trials.make(options, config, image === undefined ? {} : { image });
    return trial.live().then(
      ({ outcome }) => outcome,
      error => {
        if (error instanceof PrepareError) return error.outcome;
        throw error;
      },
    );
  }

  test('an image name that is none fails at once', async () => {
    expect(await ending({}, {}, 'Not:An:Image')).toMatchObject({ kind: 'image-unavailable' });
  });

  test('an image that must not be pulled and is not there, with input files', async () => {
    const outcome = await ending({ fileSidecar: { image: 'no-such-image' } }, { files: { a: 'b' } });
    expect(outcome).toMatchObject({ kind: 'image-unavailable', detail: expect.stringContaining('no-such-image') });
  });

  test('a variable longer than Linux passes, before there is a pod', async () => {
    const variable = await ending({}, { env: { LONG: 'x'.repeat(131_072) } });
    expect(variable).toMatchObject({ kind: 'never-started', detail: expect.stringContaining('variable LONG') });
    const argument = await ending({}, { argv: ['echo', 'x'.repeat(131_072)] });
    expect(argument).toMatchObject({ kind: 'never-started', detail: expect.stringMatching(/Argument 1 .*inputFiles/) });
  });

  test('a namespace that is not there', async () => {
    const outcome = await ending({ namespace: 'no-such-namespace' });
    expect(outcome).toMatchObject({ kind: 'never-started', detail: expect.stringContaining('no-such-namespace') });
  });

  test('an unknown service account', async () => {
    const outcome = await ending({ serviceAccountName: 'nobody' });
    expect(outcome).toMatchObject({ kind: 'never-started', detail: expect.stringContaining('nobody') });
  });

  test('a field that the server refuses is named by its path', async () => {
    const outcome = await ending({ containerSpec: { ports: [{ containerPort: 99_999 }] } });
    expect(outcome).toMatchObject({
      kind: 'never-started',
      detail: expect.stringContaining('spec.containers[0].ports[0].containerPort'),
    });
  });

  test('a label that is none', async () => {
    expect(await ending({ labels: { a: 'not a label!' } })).toMatchObject({
      kind: 'never-started',
      detail: expect.stringContaining('metadata.labels'),
    });
  });

  test('a wrong token, a wrong authority, nobody there', async () => {
    const server = cluster.client.connection.server.href;
    const token = await ending({ config: { masterUrl: server, oauthToken: 'wrong', trustCerts: true } });
    expect(token).toMatchObject({
      kind: 'never-started',
      detail: expect.stringMatching(/Unauthorized\. Check the token/),
    });
    const authority = await ending({ config: { masterUrl: server, oauthToken: 'x' } });
    expect(authority).toMatchObject({
      kind: 'never-started',
      detail: expect.stringMatching(/certificate.*caCertData/),
    });
    const nobody = await ending({ config: { masterUrl: 'https://127.0.0.1:1' } });
    expect(nobody).toMatchObject({ kind: 'never-started', detail: expect.stringMatching(/127.0.0.1:1.*masterUrl/) });
  });

  test('no node has room: the scheduler’s words, after waitUntilRunning', async () => {
    const outcome = await ending({ waitUntilRunning: 'PT2S', resources: { request: { cpu: '500' } } });
    expect(outcome).toMatchObject({ kind: 'never-started', detail: expect.stringContaining('Insufficient cpu') });
  });

  test('longer than waitUntilCompletion', async () => {
    const outcome = await ending({ waitUntilCompletion: 'PT3S' }, { script: 'sleep 60' });
    expect(outcome).toMatchObject({ kind: 'stopped', detail: expect.stringContaining('waitUntilCompletion') });
  });

  test('out of memory: which container and which limit', async () => {
    const outcome = await ending(
      { resources: { limit: { memory: '32Mi' } } },
      { script: 'exec head -c 300000000 /dev/zero > /kestra/working-dir/big' },
    );
    expect(outcome).toMatchObject({ kind: 'out-of-memory', detail: expect.stringMatching(/main .*32Mi/) });
  });

  test('declared files whose helper was killed: a success becomes a failure that says so', async () => {
    // Both containers see each other's processes: the helper's shell is the only one with this trap.
    const script =
      'echo x > out; sleep 1; cd /proc; for p in [0-9]*; do [ $p = $$ ] || ! grep -q kestra/ended $p/cmdline || kill -9 $p; done; sleep 2';
    const trial = await trials.make({ script, wanted: ['out'] });
    const run = await trial.started();
    expect(await run.outcome(new AbortController().signal)).toMatchObject({ kind: 'exited', exitCode: 0 });
    await expect(run.fetch(new AbortController().signal)).rejects.toThrow(/out-files .*code 137.*fileSidecar/);
    await run.dispose();
  });

  test('delete: false leaves the pod, ended', async () => {
    expect(await ending({ delete: false }, { script: 'echo x > "$OUTPUT_DIR/o"' })).toMatchObject({ exitCode: 0 });
    const [kept] = await podsOf(cluster.client, owner);
    expect(kept?.metadata.labels).toMatchObject({ 'windlass.kept': 'true' });
    await removePodsOf(cluster.client, owner);
  });

  test('resume: false removes the pod that a process left', async () => {
    const trial = await trials.make({ script: 'sleep 60' }, { resume: false });
    const handle = await trial.prepare();
    const { afterRestart, config } = trial.under;
    const opened = await afterRestart().open(handle, trial.spec, config, new AbortController().signal);
    expect(opened).toMatchObject({ lost: expect.stringContaining('resume is false') });
    await expect.poll(() => podsOf(cluster.client, owner), { timeout: 20_000 }).toEqual([]);
  });
}
