/** Many files into containers and out of them, against `tar` and `docker cp`. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDockerRunner } from '../src/runners/docker/index.ts';
import { isLost } from '../src/runners/runner.ts';
import { type Bench, dockerSocket } from './bench.ts';
import { copyIn, copyOut, manyFiles } from './floors/copy-loop.ts';
import type { Sample } from './measure.ts';
import { type Measured, median, type Subject } from './pairs.ts';

const runner = createDockerRunner({ env: { DOCKER_HOST: `unix://${dockerSocket}` }, volumeEnabled: false });
const never = new AbortController().signal;

export const fileBenches: Readonly<Record<string, Bench>> = {
  'docker-input-files': {
    needs: 'docker',
    subjects: () => [copyIn(1000), prepared(1000), prepared(0)],
    goals: ([floor, many, none]) => [
      {
        name: '1,000 small files into a container against tar | docker cp',
        value: none
          ? median(floor.samples.map((sample, i) => (wall(many, i) - wall(none, i)) / sample.wallMs))
          : Number.NaN,
        limit: 1.3,
        unit: '×',
      },
    ],
  },
  'docker-output-files': {
    needs: 'docker',
    subjects: ({ quick }) => [copyOut(quick ? 1000 : 10_000), fetched(quick ? 1000 : 10_000)],
    goals: ([floor, ours]) => [
      {
        name: `${ours.name} against docker cp | tar`,
        value: median(floor.samples.map((sample, i) => wall(ours, i) / sample.wallMs)),
        limit: 1.3,
        unit: '×',
      },
    ],
  },
};

const wall = ({ samples }: Measured, round: number) => samples[round]?.wallMs ?? Number.NaN;

/** Creating a container with so many files in its working directory. */
function prepared(count: number): Subject {
  return {
    name: `Docker runner, prepare with ${count.toLocaleString('en')} files`,
    run: () => life({ inputs: count, script: 'true', wanted: [] }, 'prepare'),
  };
}

/** Bringing back so many files. */
function fetched(count: number): Subject {
  return {
    name: `${count.toLocaleString('en')} small files out of a container`,
    run: () => life({ inputs: 0, script: manyFiles(count), wanted: ['**'], outputs: count }, 'fetch'),
  };
}

interface Work {
  readonly inputs: number;
  readonly script: string;
  readonly wanted: readonly string[];
  readonly outputs?: number;
}

/** The life of one run; what the one step took. */
async function life({ inputs, script, wanted, outputs }: Work, step: 'prepare' | 'fetch'): Promise<Sample> {
  const root = mkdtempSync(join(tmpdir(), 'windlass-bench-'));
  try {
    const workDir = join(root, 'work');
    const outputDir = join(workDir, '.output');
    mkdirSync(outputDir, { recursive: true });
    for (let i = 0; i < inputs; i++) writeFileSync(join(workDir, `f${i}`), `content ${i}\n`);
    const spec = {
      runId: `bench-${randomBytes(9).toString('hex')}-0`,
      owner: 'bench',
      labels: {},
      image: 'busybox:latest',
      argv: ['sh', '-c', script],
      env: {},
      workDir,
      outputDir,
      runDir: join(root, 'run'),
      wanted,
      shared: false,
    };
    const config = { pullPolicy: 'NEVER' };
    const samples: Record<string, Sample> = {};
    const timed = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
      const [began, cpu] = [performance.now(), process.cpuUsage()];
      const result = await work();
      const { user, system } = process.cpuUsage(cpu);
      samples[name] = { wallMs: performance.now() - began, cpuMs: (user + system) / 1000 };
      return result;
    };
    const handle = await timed('prepare', () => runner.prepare(spec, config, () => {}, never));
    const run = await runner.open(handle, spec, config, never);
    if (isLost(run)) throw new Error(run.lost);
    await run.start();
    for await (const _ of run.logs());
    const outcome = await run.outcome(never);
    await timed('fetch', () => run.fetch(never));
    await run.dispose();
    if (outcome.kind !== 'exited' || outcome.exitCode !== 0) throw new Error(outcome.kind);
    if (outputs !== undefined && readdirSync(workDir).length !== outputs + 1) throw new Error('files are missing');
    return samples[step] ?? { wallMs: Number.NaN };
  } finally {
    rmSync(root, { recursive: true });
  }
}
