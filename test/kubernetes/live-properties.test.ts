/** Properties of the runner, looked at on the pod that the API server shows, and by their effect. 20 s. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { collectLines, never, textsOf } from '../contract/runner/harness.ts';
import type { OwnCluster } from '../engines/kubernetes/cluster.ts';
import { podsOf, testCluster } from './cluster.ts';
import { useTrials } from './trials.ts';

const cluster = testCluster();

if ('unavailable' in cluster) {
  test.skip(`properties of pods: ${cluster.unavailable}`, () => {});
} else {
  const { client } = cluster;
  const trials = useTrials(cluster, 'properties');

  test('what is written is on the pod, and the program sees it', async () => {
    const trial = await trials.make(
      {
        script: 'id -u; echo $FROM_SPEC; grep -o somewhere /etc/hosts; cat in; echo x > "$OUTPUT_DIR/o"; sleep 1',
        files: { in: 'file\n' },
      },
      {
        version: '1.0.0',
        pullPolicy: 'IF_NOT_PRESENT',
        labels: { team: 'data' },
        nodeSelector: { 'kubernetes.io/os': 'linux' },
        serviceAccountName: 'default',
        resources: { request: { cpu: '10m', memory: '16Mi' }, limit: { cpu: 1, memory: '64Mi' } },
        podSpec: { hostAliases: [{ ip: '10.9.8.7', hostnames: ['somewhere'] }], terminationGracePeriodSeconds: 3 },
        containerSpec: { securityContext: { runAsUser: 1234 }, env: [{ name: 'FROM_SPEC', value: 'yes' }] },
        fileSideCarSpec: { env: [{ name: 'CARRIER', value: 'yes' }] },
        fileSidecar: { image: 'busybox:latest', resources: { limits: { memory: '48Mi' } } },
      },
    );
    const run = await trial.started();
    const [pod] = await podsOf(client, trials.owner);
    const [lines, outcome] = await Promise.all([collectLines(run), run.outcome(never)]);
    await run.fetch(never);
    await run.dispose();
    expect(outcome).toMatchObject({ kind: 'exited', exitCode: 0 });
    expect(textsOf(lines, 'stdout')).toEqual(['1234', 'yes', 'somewhere', 'file']);
    expect(readFileSync(join(trial.spec.outputDir, 'o'), 'utf8')).toBe('x\n');
    expect(pod?.metadata).toMatchObject({
      namespace: 'default',
      labels: { team: 'data', 'kestra.io/task-id': 'trial', 'kestra.io/flow-id': 'contract' },
    });
    const [main, helper] = pod?.spec.containers ?? [];
    expect(pod?.spec).toMatchObject({
      serviceAccountName: 'default',
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      terminationGracePeriodSeconds: 3,
      restartPolicy: 'Never',
    });
    expect(main).toMatchObject({
      name: 'main',
      imagePullPolicy: 'IfNotPresent',
      resources: { requests: { cpu: '10m', memory: '16Mi' }, limits: { cpu: '1', memory: '64Mi' } },
    });
    expect(helper).toMatchObject({
      name: 'out-files',
      image: 'busybox:latest',
      resources: { limits: { memory: '48Mi' } },
    });
    expect(helper.env).toContainEqual({ name: 'CARRIER', value: 'yes' });
  });

  test.runIf(cluster.own).for([
    [{}, 'kube-public'],
    [{ namespace: 'default' }, 'default'],
  ] as const)('config.namespace with %o: the pod is in %s', async ([runner, where]) => {
    const { server, authority, token } = cluster.own as OwnCluster;
    const access = { masterUrl: server.href, caCertData: authority.toString('utf8'), oauthToken: token };
    const script = 'cat /var/run/secrets/kubernetes.io/serviceaccount/namespace';
    const trial = await trials.make({ script }, { ...runner, config: { ...access, namespace: 'kube-public' } });
    expect((await trial.live()).stdout).toEqual([where]);
  });

  test.for([true, false])('syncWorkingDirectory: %s', async synced => {
    const script = 'echo more >> in; mkdir d; echo new > d/new';
    const trial = await trials.make({ script, files: { in: 'file\n' } }, { syncWorkingDirectory: synced });
    expect(await trial.live()).toMatchObject({ outcome: { kind: 'exited', exitCode: 0 } });
    expect(existsSync(join(trial.spec.workDir, 'd/new'))).toBe(synced);
    expect(readFileSync(join(trial.spec.workDir, 'in'), 'utf8')).toBe(synced ? 'file\nmore\n' : 'file\n');
  });

  test('a task’s own time limit goes before waitUntilCompletion', async () => {
    const trial = await trials.make({ script: 'sleep 2.5; echo whole' }, { waitUntilCompletion: 'PT1S' });
    const { runner, config } = trial.under;
    const spec = { ...trial.spec, limited: true };
    const run = await runner.open(await runner.prepare(spec, config, () => {}, never), spec, config, never);
    if ('lost' in run) throw new Error(run.lost);
    await run.start();
    const [lines, outcome] = await Promise.all([collectLines(run), run.outcome(never)]);
    await run.dispose();
    expect([outcome.kind, textsOf(lines, 'stdout')]).toEqual(['exited', ['whole']]);
  });

  test('resume: true takes a finished pod over; its end, log and files are those of the first process', async () => {
    const trial = await trials.make({ script: 'echo once; echo x > "$OUTPUT_DIR/o"; exit 5' }, { resume: true });
    const handle = await trial.prepare();
    const first = await trial.open(handle);
    await first.start();
    await first.outcome(never);
    const second = await trial.open(handle, trial.under.afterRestart());
    await second.start();
    const [lines, outcome] = await Promise.all([collectLines(second), second.outcome(never)]);
    await second.fetch(never);
    await second.dispose();
    expect([outcome, textsOf(lines, 'stdout')]).toEqual([{ kind: 'exited', exitCode: 5 }, ['once']]);
    expect(readFileSync(join(trial.spec.outputDir, 'o'), 'utf8')).toBe('x\n');
  });
}
