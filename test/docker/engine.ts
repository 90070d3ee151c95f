/** The real engine that the tests of the Docker runner use. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createDockerRunner, type DockerRunnerOptions } from '../../src/runners/docker/index.ts';
import type { TaskRunner } from '../../src/runners/runner.ts';
import type { RunnerUnderTest } from '../contract/runner/index.ts';

const run = promisify(execFile);

/** Where the tests find the engine; `windlass-test` sets it. */
export const testHost = process.env.WINDLASS_TEST_DOCKER ?? 'unix:///var/run/docker.sock';

/** A local image; no registry can be reached in the tests. */
export const testImage = 'busybox:latest';

/** Runs Docker's own command line, a second opinion on what exists. */
export async function docker(...args: string[]): Promise<string> {
  return (await run('docker', ['--host', testHost, ...args], { maxBuffer: 64 * 1024 * 1024 })).stdout.trim();
}

export function makeRunner(options: Partial<DockerRunnerOptions> = {}): TaskRunner {
  return createDockerRunner({ env: { DOCKER_HOST: testHost }, volumeEnabled: false, ...options });
}

/** Ids of the containers that carry an owner's label. */
export async function containersOf(owner: string): Promise<string[]> {
  const ids = await docker('ps', '-aq', '--no-trunc', '--filter', `label=windlass.owner=${owner}`);
  return ids === '' ? [] : ids.split('\n');
}

export async function removeContainersOf(owner: string): Promise<void> {
  const ids = await containersOf(owner);
  if (ids.length > 0) await docker('rm', '-fv', ...ids);
}

/** The engine with its test image, or why it cannot be used. */
export async function dockerUnderTest(
  config: object = {},
): Promise<RunnerUnderTest | { readonly unavailable: string }> {
  try {
    await docker('image', 'inspect', testImage);
  } catch (error) {
    return { unavailable: `no engine with the image ${testImage} at ${testHost}: ${(error as Error).message}` };
  }
  return {
    runner: makeRunner(),
    config: { pullPolicy: 'NEVER', ...config },
    image: testImage,
    afterRestart: () => makeRunner(),
    takeAway: async handle => {
      await docker('rm', '-fv', String(handle.data.containerId));
    },
    leftovers: containersOf,
    cleanUp: removeContainersOf,
  };
}
