/** `windlass explain`: what would run, without running it. No engine is needed. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { command } from './command.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windlass-explain-'));
});
afterEach(async () => {
  const left = await readdir(folder);
  await rm(folder, { recursive: true });
  expect(left.toSorted()).toEqual(['flow.yaml', 'secrets.env']);
});

const flow = `
id: first
namespace: company.team
inputs:
  - {id: name, type: STRING}
tasks:
  - id: make
    type: io.kestra.plugin.scripts.shell.Commands
    containerImage: busybox
    taskRunner:
      type: io.kestra.plugin.scripts.runner.docker.Docker
      cpu: {cpus: 1.5}
      memory: {memory: 64MB}
      networkMode: none
    env: {TOKEN: "{{ secret('API') }}"}
    inputFiles: {in.txt: hi}
    outputFiles: ["*.txt"]
    commands: ["echo 'hello {{ inputs.name }}' > greeting.txt"]
  - id: choose
    type: io.kestra.plugin.core.flow.If
    condition: "{{ inputs.name == 'x' }}"
    then:
      - id: use
        type: io.kestra.plugin.scripts.shell.Commands
        taskRunner: {type: io.kestra.plugin.core.runner.Process}
        commands: ["cat {{ outputs.make.outputFiles['greeting.txt'] }}"]
`;

async function explain(text: string, ...more: string[]) {
  await writeFile(join(folder, 'flow.yaml'), text);
  await writeFile(join(folder, 'secrets.env'), 'API=not-for-eyes\n');
  return command(['explain', join(folder, 'flow.yaml'), '--secrets', join(folder, 'secrets.env'), ...more]);
}

test('shows the exact program, its files and the line that does the same with docker', async () => {
  const { code, out } = await explain(flow, '-i', 'name=you', '--json');
  expect(code).toBe(0);
  const { tasks } = JSON.parse(out);
  expect(tasks[0].run).toMatchObject({
    runner: 'io.kestra.plugin.scripts.runner.docker.Docker',
    image: 'busybox',
    argv: ['/bin/sh', '-c', "set -e\necho 'hello you' > greeting.txt"],
    filesIn: ['in.txt'],
    filesOut: ['*.txt'],
  });
  expect(tasks[0].run.native).toMatch(/--network none .*--cpus 1.5 --memory 67108864/);
  expect(tasks[0].run.native).toContain(`'set -e\necho '\\''hello you'\\'' > greeting.txt'`);
});

test('shows the pod that Kubernetes would be given', async () => {
  const inPod = flow.replace(
    /type: io.kestra.plugin.scripts.runner.docker.Docker\n.*\n.*\n.*\n/,
    'type: io.kestra.plugin.ee.kubernetes.runner.Kubernetes\n      namespace: jobs\n',
  );
  const { code, out, err } = await explain(inPod, '-i', 'name=you', '--json');
  expect(err).toBe('');
  expect(code).toBe(0);
  const pod = parse(JSON.parse(out).tasks[0].run.native);
  expect(pod).toMatchObject({ kind: 'Pod', metadata: { namespace: 'jobs' }, spec: { restartPolicy: 'Never' } });
  expect(pod.spec.containers[0]).toMatchObject({ image: 'busybox', command: expect.arrayContaining(['/bin/sh']) });
  expect(pod.spec.volumes).toHaveLength(1);
  const shown = (await explain(inPod, '-i', 'name=you')).out.split('\n');
  const files = shown[shown.findIndex(line => line.includes('name: WINDLASS_FILES')) + 1];
  expect(files).toMatch(/ value: \S{300,} …$/);
  expect(files?.length).toBeLessThan(500);
});

test('masks secrets, in the docker line too', async () => {
  const { out } = await explain(flow, '-i', 'name=you');
  expect(out).toContain('TOKEN=******');
  expect(out).not.toContain('not-for-eyes');
});

test('says what is known only when a task runs, and shows children below their branch', async () => {
  const { out } = await explain(flow, '-i', 'name=you');
  expect(out).toMatch(/choose .*If\n {3}then:\n {3}└─ use .*\n {6}known only when it runs: .*make/);
});

test('--native prints the form of one task alone, or says why there is none', async () => {
  const native = (task: string) => explain(flow, '-i', 'name=you', '--native', task);
  expect((await native('make')).out).toMatch(/^mkdir -p .*\nprintf %s hi > in.txt\ndocker run --rm .*\n$/s);
  expect((await native('use')).err).toContain('no docker line and no pod for the task use: Unable to find `make`');
  expect((await native('no')).err).toBe('The flow has no task no. It has make, choose, use.\n');
});

test('a property of the runner that is wrong once it is rendered: what the task would say, without the secret', async () => {
  const wrong = flow.replace('memory: 64MB', `memory: "{{ secret('API') }}"`);
  const said = "would fail: taskRunner.memory.memory: Invalid size with value '******'";
  expect(await explain(wrong, '-i', 'name=you')).toMatchObject({ code: 0, out: expect.stringContaining(said) });
  const { err } = await explain(wrong, '-i', 'name=you', '--native', 'make');
  expect(err).toMatch(/no docker line and no pod for the task make: .*'\*{6}'/);
});

test('refuses what run would refuse', async () => {
  const { code, err } = await explain(flow);
  expect(code).toBe(2);
  expect(err).toContain('name');
});

test('says `null` where it is a value of its own: the image keeps its entry point', async () => {
  const runner = 'taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker, entryPoint: null, user: null}';
  const { out } = await explain(
    `id: f\nnamespace: x\ntasks:\n  - {id: a, type: io.kestra.plugin.scripts.shell.Commands, containerImage: i, ${runner}, commands: [id]}`,
    '--json',
  );
  const { runnerProperties } = JSON.parse(out).tasks[0].run;
  expect(runnerProperties).toEqual({ entryPoint: null });
});

test.for([
  ['runner.docker.Docker', { config: { auths: { 'r.io': { auth: 'Ym9iOmh1bnRlcjI=' } } } }],
  ['runner.docker.Docker', { config: '{"auths": {"r.io": {"password": "hunter2"}}}' }],
  ['runner.docker.Docker', { credentials: { username: 'bob', password: 'hunter2' } }],
  ['runner.docker.Docker', { credentials: { auth: 'Ym9iOmh1bnRlcjI=' } }],
] as const)('what is written in the flow itself of the credentials is not shown: %s %j', async ([type, properties]) => {
  const taskRunner = JSON.stringify({ type: `io.kestra.plugin.scripts.${type}`, ...properties });
  const text = `id: f\nnamespace: x\ntasks:\n  - {id: a, type: io.kestra.plugin.scripts.shell.Commands, containerImage: i, taskRunner: ${taskRunner}, commands: [id]}`;
  for (const form of [[], ['--json'], ['--native', 'a']]) {
    const { code, out } = await explain(text, ...form);
    expect(code).toBe(0);
    expect(out).not.toMatch(/hunter2|Ym9iOmh1bnRlcjI/);
  }
  expect((await explain(text)).out).toContain('******');
});

test('properties of the runner know the working directory, as in Kestra', async () => {
  const runner =
    'taskRunner: {type: io.kestra.plugin.scripts.runner.docker.Docker, entryPoint: ["{{ workingDir }}/start"]}';
  const { out } = await explain(
    `id: f\nnamespace: x\ntasks:\n  - {id: a, type: io.kestra.plugin.scripts.shell.Commands, containerImage: i, ${runner}, commands: [id]}`,
    '--json',
  );
  const { runnerProperties, workingDir } = JSON.parse(out).tasks[0].run;
  expect(runnerProperties.entryPoint).toEqual([`${workingDir}/start`]);
});
