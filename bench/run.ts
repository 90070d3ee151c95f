/** `node bench/run.ts [--rounds N] [BENCH…]`: measures and records; all benches when none is named. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DockerFloor } from './floors/docker-loop.ts';
import { Meter } from './measure.ts';
import { type Measured, measureInTurns, median, medianRatio, type Subject } from './pairs.ts';
import { type Goal, report } from './report.ts';

const root = join(import.meta.dirname, '..');
const launcher = join(root, 'windlass');
const dockerSocket = '/var/run/docker.sock';

interface Bench {
  readonly subjects: (command: (name: string, ...argv: string[]) => Subject, floor: Subject) => readonly Subject[];
  readonly goals: (measured: readonly [Measured, Measured]) => readonly Goal[];
}

function wallRatio(name: string, limit: number, against: Measured, ours: Measured): Goal {
  return { name, value: medianRatio(against, ours), limit, unit: '×' };
}

const benches: Readonly<Record<string, Bench>> = {
  'one-container': {
    subjects: (command, floor) => [
      command('docker run', 'docker', 'run', '--rm', 'busybox:latest', 'echo', 'hi'),
      command('windlass run', launcher, 'run', 'bench/flows/container.yaml', '--ephemeral', '--quiet'),
      floor,
    ],
    goals: ([docker, ours]) => [wallRatio('whole run of one container against docker run --rm', 1.25, docker, ours)],
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
const command = (name: string, ...argv: string[]): Subject => ({ name, run: () => meter.measure(argv, root) });
const floor: Subject = { name: 'API calls alone', run: () => docker.run() };

for (const name of positionals.length > 0 ? positionals : Object.keys(benches)) {
  const bench = benches[name];
  if (!bench) throw new Error(`no bench is called ${name}; there are ${Object.keys(benches).join(', ')}`);
  if (name === 'one-container' && !existsSync(dockerSocket)) {
    console.log(`${name}: skipped, no Docker engine at ${dockerSocket}`);
    continue;
  }
  const [first, second, ...others] = await measureInTurns(bench.subjects(command, floor), rounds);
  if (!first || !second) throw new Error(`${name} has fewer than two subjects`);
  report(name, [first, second, ...others], bench.goals([first, second]));
}
