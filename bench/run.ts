/** `node bench/run.ts [--rounds N] [BENCH…]`: measures and records; all benches when none is named. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createDockerRunner } from '../src/runners/docker/index.ts';
import { createKubernetesRunner } from '../src/runners/kubernetes/index.ts';
import { DockerFloor } from './floors/docker-loop.ts';
import { KubernetesFloor } from './floors/kubernetes-loop.ts';
import { GeneratedFlows } from './generated.ts';
import { Meter } from './measure.ts';
import { type Measured, measureInTurns, median, medianRatio, type Subject } from './pairs.ts';
import { type Goal, report, writeTable } from './report.ts';
import { RunnerLoop } from './runner-loop.ts';

const root = join(import.meta.dirname, '..');
const launcher = join(root, 'windlass');
const dockerSocket = '/var/run/docker.sock';
const dockerRunner = createDockerRunner({ env: { DOCKER_HOST: `unix://${dockerSocket}` }, volumeEnabled: false });
const runnerLoop = new RunnerLoop(dockerRunner, { files: false });
const fileLoop = new RunnerLoop(dockerRunner, { files: true });
/** Where test/engines/kubernetes/up.sh leaves its cluster. */
const kubeconfig = '/var/lib/windlass-test/kubernetes/kubeconfig';
const kubernetesRunner = createKubernetesRunner({ env: { KUBECONFIG: kubeconfig } });
const podLoop = new RunnerLoop(kubernetesRunner, { files: false });
const podFileLoop = new RunnerLoop(kubernetesRunner, { files: true });

interface Bench {
  readonly subjects: (
    command: (name: string, ...argv: string[]) => Subject,
    floor: Subject,
    flows: GeneratedFlows,
  ) => readonly Subject[];
  readonly goals: (measured: readonly [Measured, Measured, ...Measured[]]) => readonly Goal[];
  readonly needsDocker?: true;
  readonly needsKubernetes?: true;
}

/** A node looks once a second how its containers are: what begins when the last one ended would always just miss it. */
function atAnyMoment(run: Subject['run']): Subject['run'] {
  return async () => {
    await pause(Math.random() * 1000);
    return run();
  };
}

const medianOf = ({ samples }: Measured, key: 'wallMs' | 'cpuMs' | 'maxRssMiB') =>
  median(samples.map(sample => sample[key] ?? 0));

function wallRatio(name: string, limit: number, against: Measured, ours: Measured): Goal {
  return { name, value: medianRatio(against, ours), limit, unit: '×' };
}

function perTask(one: Measured, fifty: Measured, value: (sample: Measured['samples'][number]) => number): number {
  return median(fifty.samples.map((sample, i) => (value(sample) - value(one.samples[i] ?? sample)) / 49));
}

const benches: Readonly<Record<string, Bench>> = {
  'one-container': {
    needsDocker: true,
    subjects: (command, floor) => [
      command('docker run', 'docker', 'run', '--rm', 'busybox:latest', 'echo', 'hi'),
      command('windlass run', launcher, 'run', 'bench/flows/container.yaml', '--ephemeral', '--quiet'),
      floor,
    ],
    goals: ([docker, ours]) => [wallRatio('whole run of one container against docker run --rm', 1.25, docker, ours)],
  },
  'docker-runner': {
    subjects: (_, floor) => [floor, { name: 'Docker runner', run: () => runnerLoop.run() }],
    goals: ([bare, ours]) => [wallRatio('one container without files against the bare API calls', 1.05, bare, ours)],
  },
  'docker-runner-files': {
    subjects: (_, floor) => [floor, { name: 'Docker runner, 1 KiB in and out', run: () => fileLoop.run() }],
    goals: ([bare, ours]) => [
      wallRatio('one container with files against the bare API calls without', 1.25, bare, ours),
    ],
  },
  'kubernetes-runner': {
    needsKubernetes: true,
    subjects: () => [
      { name: 'API calls alone', run: atAnyMoment(() => new KubernetesFloor(kubeconfig).run()) },
      { name: 'Kubernetes runner', run: atAnyMoment(() => podLoop.run()) },
      { name: 'Kubernetes runner, 1 KiB in and out', run: atAnyMoment(() => podFileLoop.run()) },
    ],
    goals: ([bare, ours, withFiles]) => [
      wallRatio('one pod without files against the bare API calls', 1.1, bare, ours),
      ...(withFiles ? [wallRatio('one pod with files against the bare API calls without', 1.5, bare, withFiles)] : []),
    ],
  },
  'one-local-task': {
    subjects: command => [
      command('sh', 'sh', '-c', 'echo hi'),
      command('windlass run', launcher, 'run', 'bench/flows/local.yaml', '--ephemeral', '--quiet'),
    ],
    goals: ([, ours]) => [
      { name: 'own CPU time', value: median(ours.samples.map(sample => sample.cpuMs ?? 0)), limit: 160, unit: ' ms' },
      { name: 'memory', value: median(ours.samples.map(sample => sample.maxRssMiB ?? 0)), limit: 80, unit: ' MiB' },
    ],
  },
  'log-tasks': {
    subjects: (command, _, flows) => [
      command('1 Log task', launcher, 'run', flows.logTasks(1), '--ephemeral', '--quiet'),
      command('1,000 Log tasks', launcher, 'run', flows.logTasks(1000), '--ephemeral', '--quiet'),
    ],
    goals: ([one, many]) => [
      {
        name: 'own CPU time of each',
        value: (medianOf(many, 'cpuMs') - medianOf(one, 'cpuMs')) / 999,
        limit: 1,
        unit: ' ms',
      },
      { name: 'memory', value: medianOf(many, 'maxRssMiB'), limit: 120, unit: ' MiB' },
    ],
  },
  validate: {
    subjects: (command, _, flows) => [
      command('1 flow', launcher, 'validate', flows.folder(1)),
      command('1,000 flows', launcher, 'validate', flows.folder(1000)),
      command('schema', launcher, 'schema'),
    ],
    goals: ([, many, schema]) => [
      { name: '1,000 flows, own CPU time', value: medianOf(many, 'cpuMs'), limit: 3000, unit: ' ms' },
      { name: 'schema, own CPU time', value: schema ? medianOf(schema, 'cpuMs') : Number.NaN, limit: 500, unit: ' ms' },
    ],
  },
  'containers-in-a-row': {
    needsDocker: true,
    subjects: (command, floor, flows) => [
      command('1 container', launcher, 'run', flows.containers(1), '--ephemeral', '--quiet'),
      command('30 containers', launcher, 'run', flows.containers(30), '--ephemeral', '--quiet'),
      floor,
    ],
    goals: ([one, many, loop]) => [
      {
        name: 'each further container against the API calls alone',
        value:
          (medianOf(many, 'wallMs') - medianOf(one, 'wallMs')) / 29 / (loop ? medianOf(loop, 'wallMs') : Number.NaN),
        limit: 1.05,
        unit: '×',
      },
    ],
  },
  'local-tasks-in-a-row': {
    subjects: command => [
      command('one task', launcher, 'run', 'bench/flows/local.yaml', '--ephemeral', '--quiet'),
      command('fifty tasks', launcher, 'run', 'bench/flows/local-row.yaml', '--ephemeral', '--quiet'),
    ],
    // The CPU time is that of the shells, too: starting and reaping them is a part of it.
    goals: ([one, fifty]) => [
      {
        name: 'wall time of one more task',
        value: perTask(one, fifty, sample => sample.wallMs),
        limit: 10,
        unit: ' ms',
      },
      {
        name: 'CPU time of one more task',
        value: perTask(one, fifty, sample => sample.cpuMs ?? 0),
        limit: 15,
        unit: ' ms',
      },
    ],
  },
  launcher: {
    subjects: command => [
      command('built CLI', process.execPath, join(root, 'dist', 'main.js'), '--version'),
      command('launcher', launcher, '--version'),
    ],
    goals: ([direct, launched]) => [
      {
        name: 'a later start through the launcher adds',
        value: median(launched.samples.map((sample, i) => sample.wallMs - (direct.samples[i]?.wallMs ?? 0))),
        limit: 30,
        unit: ' ms',
      },
    ],
  },
};

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '20' } },
  allowPositionals: true,
});
const rounds = Number(values.rounds);
if (!(rounds >= 10)) throw new Error('--rounds must be 10 or more: fewer say nothing on a shared machine');

using meter = new Meter();
using docker = new DockerFloor(dockerSocket);
using flows = new GeneratedFlows();
const command = (name: string, ...argv: string[]): Subject => ({ name, run: () => meter.measure(argv, root) });
const floor: Subject = { name: 'API calls alone', run: () => docker.run() };

for (const name of positionals.length > 0 ? positionals : Object.keys(benches)) {
  const bench = benches[name];
  if (!bench) throw new Error(`no bench is called ${name}; there are ${Object.keys(benches).join(', ')}`);
  if (/container|docker/.test(name) && !existsSync(dockerSocket)) {
    console.log(`${name}: skipped, no Docker engine at ${dockerSocket}`);
    continue;
  }
  if (bench.needsKubernetes && !existsSync(kubeconfig)) {
    console.log(`${name}: skipped, no cluster of test/engines/kubernetes/up.sh`);
    continue;
  }
  const [first, second, ...others] = await measureInTurns(bench.subjects(command, floor, flows), rounds);
  if (!first || !second) throw new Error(`${name} has fewer than two subjects`);
  report(name, [first, second, ...others], bench.goals([first, second, ...others]));
}
writeTable();
