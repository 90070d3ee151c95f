/** What was measured: a table for the reader, a file for the record. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { join } from 'node:path';
import { type Goal, isReached } from './bench.ts';
import { type Measured, median } from './pairs.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'docs', 'benchmarks');

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
}

function summary({ name, samples }: Measured): Record<string, string | number> {
  const medians: Record<string, number> = {};
  for (const key of ['wallMs', 'cpuMs', 'maxRssMiB', 'sizeMiB', 'compressedMiB'] as const) {
    const values = samples.flatMap(sample => sample[key] ?? []);
    if (values.length > 0) medians[key] = Number(median(values).toFixed(1));
  }
  return { name, rounds: samples.length, ...medians };
}

function valueText({ value, unit }: Goal): string {
  return `${value.toFixed(2)}${unit}`;
}

function limitText({ limit, unit, atLeast }: Goal): string {
  return `${atLeast ? '≥' : '≤'} ${limit}${unit}`;
}

function verdict(goal: Goal): string {
  return `${isReached(goal) ? 'reached' : 'MISSED '}  ${goal.name}: ${valueText(goal)}, goal ${limitText(goal)}`;
}

/** A line for each goal, as CI shows them. */
export function summaryLine(bench: string, goal: Goal): string {
  const steady = goal.asserted ? '' : ' (wall time: the machine may be shared)';
  const mark = isReached(goal) ? '' : `   <== MISSED${steady}`;
  return `${bench.padEnd(32)} ${goal.name.padEnd(64)} ${valueText(goal).padStart(12)}  goal ${limitText(goal).padEnd(10)}${mark}`;
}

/** Prints the medians and the goals, and writes them with every sample to docs/benchmarks/<bench>.json. */
export function report(bench: string, measured: readonly Measured[], goals: readonly Goal[]): void {
  console.log(`\n${bench}`);
  console.table(measured.map(summary));
  for (const goal of goals) console.log(verdict(goal));
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
    goals: goals.map(goal => ({ ...goal, reached: isReached(goal) })),
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
      const about = `${date.slice(0, 10)} | ${commit.slice(0, 10)} | ${machine.load?.toFixed(1) ?? ''}`;
      return `| ${bench} | ${goal.name.replaceAll('|', '\\|')} | ${valueText(goal)} | ${limitText(goal)} | ${goal.reached ? 'yes' : '**no**'} | ${about} |`;
    }),
  );
  const lines = [
    '# Measured',
    '',
    'Written by `node bench/run.ts`; the files beside it hold every sample. `load` is the load of the machine when the bench ended: other work beside it makes all figures worse, and ratios of wall times rough: at a load of 14 single rounds of containers-in-a-row were from 0.68 to 1.91.',
    '',
    '| bench | what | measured | goal | reached | date | commit | load |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
    '',
  ];
  writeFileSync(join(folder, 'README.md'), lines.join('\n'));
}
