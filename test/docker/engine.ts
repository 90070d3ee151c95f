/** The real engines that the tests of the Docker runner use. */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createDockerRunner, type DockerRunnerOptions } from '../../src/runners/docker/index.ts';
import type { TaskRunner } from '../../src/runners/runner.ts';
import type { RunnerUnderTest } from '../contract/runner/index.ts';

const run = promisify(execFile);

/** Where the tests find the engine; `windlass-test` sets it. */
export const testHost = process.env.WINDLASS_TEST_DOCKER ?? 'unix:///var/run/docker.sock';

/** A local image; no public registry can be reached in the tests. */
export const testImage = 'busybox:latest';

/** One engine, and how Docker's own tools and Windlass are told where it is. */
export class TestEngine {
  /** DOCKER_HOST and its like. */
  readonly env: Readonly<Record<string, string>>;

  constructor(env: Readonly<Record<string, string>>) {
    this.env = env;
  }

  /** Runs Docker's own command line, a second opinion on what exists. */
  readonly docker = async (...args: string[]): Promise<string> => {
    const env = { PATH: process.env.PATH, HOME: '/nonexistent', ...this.env };
    return (await run('docker', args, { env, maxBuffer: 64 * 1024 * 1024 })).stdout.trim();
  };

  readonly makeRunner = (options: Partial<DockerRunnerOptions> = {}): TaskRunner =>
    createDockerRunner({ env: this.env, volumeEnabled: false, ...options });

  /** Ids of the containers that carry an owner's label. */
  readonly containersOf = async (owner: string): Promise<string[]> => {
    const ids = await this.docker('ps', '-aq', '--no-trunc', '--filter', `label=windlass.owner=${owner}`);
    return ids === '' ? [] : ids.split('\n');
  };

  readonly removeContainersOf = async (owner: string): Promise<void> => {
    const ids = await this.containersOf(owner);
    if (ids.length > 0) await this.docker('rm', '-fv', ...ids);
  };

  underTest(config: object = {}): RunnerUnderTest {
    return {
      runner: this.makeRunner(),
      config: { pullPolicy: 'NEVER', ...config },
      image: testImage,
      afterRestart: () => this.makeRunner(),
      takeAway: async handle => {
        await this.docker('rm', '-fv', String(handle.data.containerId));
      },
      leftovers: this.containersOf,
      cleanUp: this.removeContainersOf,
    };
  }
}

export const mainEngine = new TestEngine({ DOCKER_HOST: testHost });
export const { docker, makeRunner, containersOf, removeContainersOf } = mainEngine;

/** The engine with its test image, or why it cannot be used. */
export async function dockerUnderTest(
  config: object = {},
): Promise<RunnerUnderTest | { readonly unavailable: string }> {
  try {
    await docker('image', 'inspect', testImage);
  } catch (error) {
    return { unavailable: `no engine with the image ${testImage} at ${testHost}: ${(error as Error).message}` };
  }
  return mainEngine.underTest(config);
}

/** Something that a script of `test/engines` has started. */
export interface Started {
  /** What its up.sh printed. */
  readonly address: string;
  readonly state: string;
  up(): Promise<void>;
  down(...args: string[]): Promise<void>;
}

/**
 * Starts what `test/engines/<name>/up.sh` starts. Where everything was installed for it, one that does not come up is
 * a failure (WINDLASS_TEST_ENGINES=required), elsewhere the reason to skip.
 */
export async function startEngine(
  name: string,
  ...args: string[]
): Promise<Started | { readonly unavailable: string }> {
  const folder = join(import.meta.dirname, '../engines', name);
  const state = await mkdtemp(join(tmpdir(), `windlass-${name}-`));
  const up = async () => (await run('sh', [join(folder, 'up.sh'), state, ...args])).stdout.trim();
  try {
    return {
      address: await up(),
      state,
      up: async () => {
        await up();
      },
      down: async (...given) => {
        await run('sh', [join(folder, 'down.sh'), state, ...given]);
      },
    };
  } catch (error) {
    rmSync(state, { recursive: true, force: true });
    if (process.env.WINDLASS_TEST_ENGINES === 'required') throw error;
    return { unavailable: `${name}: ${(error as { stderr?: string }).stderr?.trim() || (error as Error).message}` };
  }
}

/** A port that nobody listens at; below those that the system gives to connections. */
export function anyPort(): string {
  return String(20_000 + Math.floor(Math.random() * 12_000));
}
