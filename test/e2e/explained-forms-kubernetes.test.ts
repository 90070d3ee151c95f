/** What `explain --native` prints does what the run does: the docker lines run, and the API server takes the pod. 5 s. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { command } from '../cli/command.ts';
import { testHost } from '../docker/engine.ts';
import { clusterUnderTest } from '../engines/kubernetes/cluster.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windlass-native-'));
  // The lines make their working directory where explain would have it.
  vi.stubEnv('TMPDIR', folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function native(task: string, text: string, ...more: string[]): Promise<string> {
  const path = join(folder, 'flow.yaml');
  await writeFile(path, text);
  const { code, out, err } = await command(['explain', path, '--native', task, ...more]);
  expect(err).toBe('');
  expect(code).toBe(0);
  return out;
}

describe.skipIf(!existsSync(testHost.replace(/^unix:\/\//, '')))('the docker line', () => {
  const environment = { DOCKER_HOST: testHost, PATH: process.env.PATH ?? '' };
  const flow = (more: string) => `
id: native
namespace: company.team
tasks:
  - id: t
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: busybox
    taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker, user: "1000", networkMode: none, memory: {memory: 32MB}}
    env: {QUOTED: "it's $HOME *", TOKEN: "{{ secret('T') }}"}
${more}
    commands:
      - echo "$QUOTED|$(id -u)|$(cat a/in.txt 2>/dev/null)|'x'" > "$OUTPUT_DIR/said"; echo mine > own
      - cat "$OUTPUT_DIR/said"`;

  test.for([
    ['without files', '', `it's $HOME *|1000||'x'`],
    ['with files', `    inputFiles: {a/in.txt: "it's in"}`, `it's $HOME *|1000|it's in|'x'`],
  ] as const)('%s says what the run says', async ([, more, said]) => {
    const text = flow(more);
    const lines = await native('t', text, '--secret', 'T=not-for-eyes');
    expect(lines).toContain("--env 'TOKEN=******'");
    expect(execFileSync('sh', ['-c', lines], { encoding: 'utf8', env: environment })).toBe(`${said}\n`);
    const run = await command(
      ['run', join(folder, 'flow.yaml'), '--ephemeral', '--json', '--quiet', '--secret', 'T=not-for-eyes'],
      environment,
    );
    const messages = (JSON.parse(run.out).logs as { level: string; message: string }[])
      .filter(({ level }) => level === 'INFO')
      .map(({ message }) => message);
    expect(messages).toContain(said);
  });
});

const cluster = clusterUnderTest();

describe.skipIf('unavailable' in cluster)('the pod', () => {
  test('is taken by the API server, which knows every field of it', async () => {
    if ('unavailable' in cluster) return;
    const pod = parse(
      await native(
        't',
        `
id: native
namespace: company.team
tasks:
  - id: t
    type: io.kestra.plugin.scripts.python.Script
    containerImage: busybox
    taskRunner:
      type: io.kestra.plugin.ee.kubernetes.runner.Kubernetes
      namespace: default
      labels: {team: data}
      resources: {request: {cpu: 100m}, limit: {memory: 64Mi}}
      nodeSelector: {disk: ssd}
    env: {TOKEN: "{{ secret('T') }}", YAML: "a: b #c"}
    inputFiles: {in.txt: hi}
    outputFiles: ["*.txt"]
    script: print(1)
`,
        '--secret',
        'T=not-for-eyes',
      ),
    );
    const path = '/api/v1/namespaces/default/pods?dryRun=All&fieldValidation=Strict';
    const taken = await cluster.client.expect('POST', path, pod);
    expect(taken.metadata.name).toBe(pod.metadata.name);
    expect(pod.spec.containers[0].env).toContainEqual({ name: 'TOKEN', value: '******' });
  });
});
