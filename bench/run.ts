/**
 * `node bench/run.ts [--rounds N] [--full] [--on ENGINE] [BENCH…]` measures and records; all benches when none is named,
 * the longest only with `--full`. `--on` names the engine at DOCKER_HOST: its records stand beside the installed one's.
 * `--quick`, for CI: a tenth of the rounds, a line for each goal, nothing recorded. It fails when a goal that is
 * asserted is missed by half.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Bench, type BenchTools, dockerSocket, isFarOff, kubeconfig, type SingleBench } from './bench.ts';
import { dockerBenches } from './docker-benches.ts';
import { fileBenches } from './file-benches.ts';
import { GeneratedFlows } from './generated.ts';
import { kubernetesBenches } from './kubernetes-benches.ts';
import { kubernetesScale } from './kubernetes-scale.ts';
import { localBenches } from './local-benches.ts';
import { Meter } from './measure.ts';
import { measureInTurns } from './pairs.ts';
import { report, summaryLine, writeTable } from './report.ts';

const root = join(import.meta.dirname, '..');
const launcher = join(root, 'windlass');
const benches: Readonly<Record<string, Bench | SingleBench>> = {
  ...dockerBenches,
  ...fileBenches,
  ...kubernetesBenches,
  'kubernetes-scale': kubernetesScale,
  ...localBenches,
};

/** Why a bench is left out: what it needs and is not here, or was not asked for. */
function missing(bench: Bench | SingleBench): string | undefined {
  const { needs } = bench;
  if ('long' in bench && !full) return `${bench.long}; --full measures it`;
  if (needs === 'docker' && !existsSync(dockerSocket)) return `no Docker engine at ${dockerSocket}`;
  if (needs === 'kubernetes' && !existsSync(kubeconfig)) return 'no cluster of test/engines/kubernetes/up.sh';
  return undefined;
}

/** A tenth; a pod takes seconds. */
function quickRounds({ needs }: Bench): number {
  return needs === 'kubernetes' ? 1 : 2;
}

const { values, positionals } = parseArgs({
  options: {
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    on: { type: 'string' },
  },
  allowPositionals: true,
});
const { quick, full, on } = values;
const rounds = Number(values.rounds ?? 20);
if (!(rounds >= 10)) throw new Error('--rounds must be 10 or more: fewer say nothing on a shared machine');

using meter = new Meter();
using flows = new GeneratedFlows();
const command: BenchTools['command'] = (name, ...argv) => ({ name, run: () => meter.measure(argv, root) });
const run: BenchTools['run'] = (name, flow) => command(name, launcher, 'run', flow, '--ephemeral', '--quiet');
const tools: BenchTools = { command, run, launcher, flows, quick };

async function compare(name: string, bench: Bench) {
  const [first, second, ...others] = await measureInTurns(bench.subjects(tools), quick ? quickRounds(bench) : rounds);
  if (!first || !second) throw new Error(`${name} has fewer than two subjects`);
  const measured = [first, second, ...others] as const;
  return { measured, goals: bench.goals(measured) };
}

/** @returns false when a goal that is asserted was missed by far */
async function measure(name: string): Promise<boolean> {
  const bench = benches[name];
  if (!bench) throw new Error(`no bench is called ${name}; there are ${Object.keys(benches).join(', ')}`);
  const why = missing(bench);
  if (why !== undefined) {
    console.log(`${name}: skipped, ${why}`);
    return true;
  }
  const { measured, goals } = 'long' in bench ? await bench.measure() : await compare(name, bench);
  const title = on === undefined ? name : `${name}-on-${on}`;
  if (!quick) report(title, measured, goals);
  else for (const goal of goals) console.log(summaryLine(title, goal));
  return !goals.some(goal => goal.asserted && isFarOff(goal));
}

for (const name of positionals.length > 0 ? positionals : Object.keys(benches)) {
  try {
    if (!(await measure(name)) && quick) process.exitCode = 1;
  } catch (error) {
    // The table of CI has the others all the same.
    if (!quick) throw error;
    console.log(`${name}: FAILED: ${(error as Error).message}`);
    process.exitCode = 1;
  }
}
if (!quick) writeTable();
