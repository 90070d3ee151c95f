/** What was measured: a table for the reader, a file for the record. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { join } from 'node:path';
import { type Measured, median } from './pairs.ts';

export interface Goal {
  readonly name: string;
  readonly value: number;
  readonly limit: number;
  readonly unit: string;
}

const root = join(import.meta.dirname, '..');
const folder = join(root, 'docs', 'benchmarks');

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
}

function summary({ name, samples }: Measured): Record<string, string | number> {
  const medians: Record<string, number> = {};
  for (const key of ['wallMs', 'cpuMs', 'maxRssMiB'] as const) {
    const values = samples.flatMap(sample => sample[key] ?? []);
    if (values.length > 0) medians[key] = Number(median(values).toFixed(1));
  }
  return { name, rounds: samples.length, ...medians };
}

/** Prints the medians and the goals, and writes them with every sample to docs/benchmarks/<bench>.json. */
export function report(bench: string, measured: readonly Measured[], goals: readonly Goal[]): void {
  console.log(`\n${bench}`);
  console.table(measured.map(summary));
  for (const { name, value, limit, unit } of goals) {
    console.log(
      `${value <= limit ? 'reached' : 'MISSED '}  ${name}: ${value.toFixed(2)}${unit}, goal ≤ ${limit}${unit}`,
    );
  }
  const record = {
    bench,
    date: new Date().toISOString(),
    commit:
      git('rev-parse', 'HEAD') +
      (git('status', '--porcelain', '--', 'src', 'scripts', 'build.ts') === '' ? '' : ' and uncommitted changes'),
    machine: {
      cpu: cpus()[0]?.model,
      cores: cpus().length,
      kernel: release(),
      node: process.version,
      load: loadavg()[0],
    },
    medians: measured.map(summary),
    goals: goals.map(goal => ({ ...goal, reached: goal.value <= goal.limit })),
    samples: Object.fromEntries(measured.map(({ name, samples }) => [name, samples])),
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${bench}.json`), `${JSON.stringify(record, null, 1)}\n`);
}

interface Recorded {
  readonly bench: string;
  readonly date: string;
  readonly commit: string;
  readonly machine: { readonly cpu?: string; readonly cores: number; readonly node: string; readonly load?: number };
  readonly goals?: readonly (Goal & { readonly reached: boolean })[];
}

/** Writes docs/benchmarks/README.md: the goals of all recorded benches, with commit and date. */
export function writeTable(): void {
  const records = readdirSync(folder)
    .filter(name => name.endsWith('.json'))
    .map(name => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Recorded);
  const rows = records.flatMap(({ bench, date, commit, machine, goals = [] }) =>
    goals.map(goal => {
      const value = `${goal.value.toFixed(2)}${goal.unit}`;
      const about = `${date.slice(0, 10)} | ${commit.slice(0, 10)} | ${machine.load?.toFixed(1) ?? ''}`;
      return `| ${bench} | ${goal.name} | ${value} | ≤ ${goal.limit}${goal.unit} | ${goal.reached ? 'yes' : 'no'} | ${about} |`;
    }),
  );
  const lines = [
    '# Measured',
    '',
    'Written by `node bench/run.ts`; the files beside it hold every sample. `load` is the load of the machine when the bench ended: other work beside it makes all figures worse.',
    '',
    '| bench | what | measured | goal | reached | date | commit | load |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
    '',
  ];
  writeFileSync(join(folder, 'README.md'), lines.join('\n'));
}
