/** What needs no engine: start-up, local tasks, Log tasks, checks, and the size of it all. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from '../build.ts';
import { type Bench, type Goal, medianOf, perTask } from './bench.ts';
import type { Sample } from './measure.ts';
import { type Measured, median } from './pairs.ts';

const root = join(import.meta.dirname, '..');
const localFlow = 'bench/flows/local.yaml';

export const localBenches: Readonly<Record<string, Bench>> = {
  'one-local-task': {
    subjects: ({ command, run }) => [command('sh', 'sh', '-c', 'echo hi'), run('windlass run', localFlow)],
    goals: ([, ours]) => [
      { name: 'own CPU time', value: medianOf(ours, 'cpuMs'), limit: 160, unit: ' ms', asserted: true },
      { name: 'memory', value: medianOf(ours, 'maxRssMiB'), limit: 80, unit: ' MiB', asserted: true },
    ],
  },
  'local-tasks-in-a-row': {
    subjects: ({ run }) => [run('one task', localFlow), run('fifty tasks', 'bench/flows/local-row.yaml')],
    // The CPU time is that of the shells, too: starting and reaping them is a part of it.
    goals: ([one, fifty]) => [
      { name: 'wall time of one more task', value: perTask(one, fifty, 49, 'wallMs'), limit: 10, unit: ' ms' },
      {
        name: 'CPU time of one more task',
        value: perTask(one, fifty, 49, 'cpuMs'),
        limit: 15,
        unit: ' ms',
        asserted: true,
      },
    ],
  },
  'process-tasks': {
    subjects: ({ command, run }) => [
      run('one task', localFlow),
      run('fifty tasks', 'bench/flows/local-row.yaml'),
      command('no shell', process.execPath, 'bench/floors/spawn-loop.ts', '0'),
      command('49 shells', process.execPath, 'bench/floors/spawn-loop.ts', '49'),
    ],
    goals: ([one, fifty, none, shells]) => {
      const above = (key: 'wallMs' | 'cpuMs') =>
        none && shells ? perTask(one, fifty, 49, key) - perTask(none, shells, 49, key) : Number.NaN;
      return [
        { name: 'wall time of one more local task above a spawn', value: above('wallMs'), limit: 8, unit: ' ms' },
        {
          name: 'own CPU time of one more local task',
          value: above('cpuMs'),
          limit: 6,
          unit: ' ms',
        },
      ];
    },
  },
  'log-tasks': {
    subjects: ({ run, flows, quick }) => {
      const many = quick ? 3000 : 10_000;
      return [
        run('1 Log task', flows.logTasks(1)),
        run('1,000 Log tasks', flows.logTasks(1000)),
        run(`${many.toLocaleString('en')} Log tasks`, flows.logTasks(many)),
      ];
    },
    goals: ([one, thousand, many]) => [
      cpuOfEach(thousand, perTask(one, thousand, 999, 'cpuMs')),
      {
        name: `memory of ${thousand.name}`,
        value: medianOf(thousand, 'maxRssMiB'),
        limit: 120,
        unit: ' MiB',
        asserted: true,
      },
      ...(many ? [cpuOfEach(many, perTask(one, many, Number(many.name.replace(/\D/g, '')) - 1, 'cpuMs'))] : []),
      ...(many
        ? [{ name: `memory of ${many.name}`, value: medianOf(many, 'maxRssMiB'), limit: 250, unit: ' MiB' }]
        : []),
    ],
  },
  validate: {
    subjects: ({ command, launcher, flows }) => [
      command('1 flow', launcher, 'validate', flows.folder(1)),
      command('1,000 flows', launcher, 'validate', flows.folder(1000)),
      command('schema', launcher, 'schema'),
    ],
    goals: ([, many, schema]) => [
      { name: '1,000 flows, own CPU time', value: medianOf(many, 'cpuMs'), limit: 3000, unit: ' ms', asserted: true },
      {
        name: 'schema, own CPU time',
        value: schema ? medianOf(schema, 'cpuMs') : Number.NaN,
        limit: 500,
        unit: ' ms',
        asserted: true,
      },
    ],
  },
  'start-up': {
    subjects: ({ command, launcher }) => [
      command('built CLI', process.execPath, join(root, 'dist', 'main.js'), '--version'),
      command('built CLI checks a flow', process.execPath, join(root, 'dist', 'main.js'), 'validate', localFlow),
      command('launcher checks a flow', launcher, 'validate', localFlow),
      { name: 'bundle', run: bundled },
    ],
    goals: ([direct, checked, launched, bundle]) => [
      { name: 'own CPU time of --version', value: medianOf(direct, 'cpuMs'), limit: 100, unit: ' ms', asserted: true },
      {
        name: 'a later start through the launcher adds',
        // Its snapshot saves more than the shell costs: less than nothing.
        value: median(
          (launched?.samples ?? []).map((sample, i) => sample.wallMs - (checked.samples[i]?.wallMs ?? Number.NaN)),
        ),
        limit: 30,
        unit: ' ms',
      },
      ...(bundle
        ? [
            size('size of the bundle', medianOf(bundle, 'sizeMiB'), 3),
            size('size of the bundle, compressed', medianOf(bundle, 'compressedMiB'), 1),
          ]
        : []),
    ],
  },
};

function size(name: string, value: number, limit: number): Goal {
  return { name, value, limit, unit: ' MiB', asserted: true };
}

async function bundled(): Promise<Sample> {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-bundle-'));
  try {
    const began = performance.now();
    await build(root, folder);
    const wallMs = performance.now() - began;
    const files = readdirSync(folder).map(name => readFileSync(join(folder, name)));
    const all = Buffer.concat(files);
    return { wallMs, sizeMiB: all.length / 2 ** 20, compressedMiB: gzipSync(all).length / 2 ** 20 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function cpuOfEach({ name }: Measured, value: number): Goal {
  return { name: `own CPU time of each of ${name}`, value, limit: 1, unit: ' ms', asserted: true };
}
