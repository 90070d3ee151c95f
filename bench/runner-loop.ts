/** The whole life of one program through a runner of ours, without the engine and the store around it. */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunSpec } from '../src/model/run.ts';
import { isLost, type TaskRunner } from '../src/runners/runner.ts';
import type { Sample } from './measure.ts';

const never = new AbortController().signal;

export class RunnerLoop {
  readonly #runner: TaskRunner;
  readonly #files: boolean;
  readonly #config: object;

  /**
   * @param files one file of 1 KiB goes in and one comes out
   * @param config properties of the runner
   */
  constructor(
    runner: TaskRunner,
    { files, ...config }: { readonly files: boolean; readonly [property: string]: unknown },
  ) {
    this.#runner = runner;
    this.#files = files;
    this.#config = { pullPolicy: 'NEVER', ...config };
  }

  async run(): Promise<Sample> {
    const root = await mkdtemp(join(tmpdir(), 'windlass-bench-'));
    const spec = await this.#spec(root);
    const began = performance.now();
    const cpu = process.cpuUsage();
    const handle = await this.#runner.prepare(spec, this.#config, () => {}, never);
    const run = await this.#runner.open(handle, spec, this.#config, never);
    if (isLost(run)) throw new Error(run.lost);
    await run.start();
    let said = '';
    for await (const { lines } of run.logs()) for (const { text } of lines) said += text;
    const outcome = await run.outcome(never);
    await run.fetch(never);
    await run.dispose();
    const { user, system } = process.cpuUsage(cpu);
    const sample = { wallMs: performance.now() - began, cpuMs: (user + system) / 1000 };
    await rm(root, { recursive: true });
    if (outcome.kind !== 'exited' || outcome.exitCode !== 0 || said !== 'hi')
      throw new Error(`${outcome.kind}: ${said}`);
    return sample;
  }

  async #spec(root: string): Promise<RunSpec> {
    const workDir = join(root, 'work');
    const outputDir = join(workDir, '.output');
    await mkdir(outputDir, { recursive: true });
    if (this.#files) await writeFile(join(workDir, 'in'), randomBytes(1024));
    return {
      runId: `bench-${randomBytes(9).toString('hex')}-0`,
      owner: 'bench',
      labels: {},
      image: 'busybox:latest',
      argv: this.#files ? ['sh', '-c', 'cp in out; echo hi'] : ['echo', 'hi'],
      env: {},
      workDir,
      outputDir,
      runDir: join(root, 'run'),
      wanted: this.#files ? ['out'] : [],
      shared: false,
    };
  }
}
