/** Containers that stay (`delete: false`, `wait: false`), what an image brings with it, and scripts of any length. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isLost } from '../../src/runners/runner.ts';
import { collectLines, never, type Trial, type TrialOptions } from '../contract/runner/harness.ts';
import type { RunnerUnderTest } from '../contract/runner/index.ts';
import {
  containersOf,
  docker,
  dockerUnderTest,
  makeRunner,
  removeContainersOf,
  testHost,
  testImage,
} from './engine.ts';
import { useTrials } from './trials.ts';

const real = await dockerUnderTest();
if ('unavailable' in real) console.warn(`SKIPPED: Docker: ${real.unavailable}`);

describe.skipIf('unavailable' in real)('on a real engine', () => {
  const trials = useTrials('keeping');
  const { owner } = trials;
  const entryImage = `windlass-test-entry-${owner}:latest`;
  const userImage = `windlass-test-user-${owner}:latest`;

  beforeAll(async () => {
    const id = await docker('create', testImage, 'true');
    await docker('commit', '--change', 'USER 1234:1234', id, userImage);
    await docker('commit', '--change', 'ENTRYPOINT ["/bin/echo", "entry"]', id, entryImage);
    await docker('rm', id);
  });
  afterAll(async () => {
    await docker('rmi', userImage, entryImage);
  });

  async function trial(options: TrialOptions, config: object = {}): Promise<Trial> {
    const under = {
      ...(real as RunnerUnderTest),
      config: { pullPolicy: 'NEVER', networkMode: 'none', ...config },
    };
    return await trials.make(under, options);
  }

  const listed = async (one: Trial): Promise<string[]> => {
    const ids: string[] = [];
    for await (const handle of one.under.runner.list(owner, one.under.config, never)) ids.push(handle.runId);
    return ids;
  };

  test('wait: false ends when the program has begun, and leaves its container running', async () => {
    const one = await trial({ script: 'cat in; sleep 60', files: { in: 'x\n' } }, { wait: false });
    const began = Date.now();
    const handle = await one.prepare();
    const run = await one.open(handle);
    await run.start();
    expect(await collectLines(run)).toEqual([]);
    expect(await run.outcome(never)).toMatchObject({ kind: 'exited', exitCode: 0 });
    await run.fetch(never);
    await run.stop({ graceMs: 0 });
    await run.dispose();
    expect(Date.now() - began).toBeLessThan(20_000);
    const id = String(handle.data.containerId);
    expect(run.details).toMatchObject({ containerId: id });
    expect(await docker('inspect', '--format', '{{.State.Running}} {{len .Mounts}}', id)).toBe('true 0');
    // Neither the sweep nor another process of ours ends it.
    expect(await listed(one)).toEqual([]);
    await one.under.runner.remove(handle, {});
    const adopted = await one.open(handle, makeRunner());
    await adopted.start();
    expect(await adopted.outcome(never)).toMatchObject({ kind: 'exited', exitCode: 0 });
    await adopted.dispose();
    expect(await docker('inspect', '--format', '{{.State.Running}}', id)).toBe('true');
    expect(await docker('logs', id)).toBe('x');
    await removeContainersOf(owner);
  });

  test('wait: false: a program that cannot be started still fails, and leaves nothing', async () => {
    const { outcome } = await (await trial({ argv: ['/no/such/program'] }, { wait: false })).live();
    expect(outcome).toMatchObject({ kind: 'exited', exitCode: 127 });
  });

  test('delete: false: the sweep of a dead process ends the program and keeps the container', async () => {
    const one = await trial({ script: 'echo kept; sleep 60' }, { delete: false });
    const handle = await one.prepare();
    expect(await listed(one)).toEqual([one.spec.runId]);
    await (await one.open(handle)).start();
    expect(await listed(one)).toEqual([]);
    await one.under.runner.remove(handle, {});
    const id = String(handle.data.containerId);
    expect(await docker('wait', id)).toBe('137');
    await removeContainersOf(owner);
  });

  test('delete: false: what was never started is a remainder like any other', async () => {
    const one = await trial({ script: 'true' }, { delete: false });
    await one.under.runner.remove(await one.prepare(), {});
    expect(await containersOf(owner)).toEqual([]);
  });

  test('a handle leads to its engine without the task’s properties', async () => {
    const one = await trial({ script: 'sleep 60' }, { host: testHost });
    const handle = await one.prepare();
    await (await one.open(handle)).start();
    const elsewhere = makeRunner({ env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' } });
    expect(isLost(await elsewhere.open(handle, one.spec, {}, never))).toBe(false);
    await elsewhere.remove(handle, {});
    expect(await containersOf(owner)).toEqual([]);
  });

  test('where a task names the engine, its container is found before its creation was stored', async () => {
    const config = { host: testHost, pullPolicy: 'NEVER', networkMode: 'none' };
    const one = await trial({ script: 'true' }, config);
    const elsewhere = makeRunner({ env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' } });
    const announced = elsewhere.announce?.(one.spec, config);
    if (!announced) throw new Error('nothing is announced');
    await elsewhere.remove(announced, {});
    await one.prepare();
    expect(await containersOf(owner)).toHaveLength(1);
    await elsewhere.remove({ ...announced, runId: 'another' }, {});
    expect(await containersOf(owner)).toHaveLength(1);
    await elsewhere.remove(JSON.parse(JSON.stringify(announced)), {});
    expect(await containersOf(owner)).toEqual([]);
    expect(elsewhere.announce?.(one.spec, {})).toBeUndefined();
  });

  test('the image’s own user works in the working directory', async () => {
    const one = await trial(
      {
        script: 'id -u; cat in.txt; echo more > out.txt; echo x > "$OUTPUT_DIR/o"',
        files: { 'in.txt': 'in\n' },
        wanted: ['*.txt'],
      },
      { image: userImage },
    );
    expect(await one.live()).toMatchObject({ stdout: ['1234', 'in'], stderr: [], outcome: { exitCode: 0 } });
    expect(await readFile(join(one.spec.workDir, 'out.txt'), 'utf8')).toBe('more\n');
    expect(await readFile(join(one.spec.outputDir, 'o'), 'utf8')).toBe('x\n');
    const empty = await trial({ script: 'echo here > here && cat here' }, { image: userImage });
    expect((await empty.live()).stdout).toEqual(['here']);
    // It finds its output directory without naming it, so that the engine has made that, for root.
    const found = await trial({ script: 'echo x > "$(env | sed -n s/^OUTPUT_D.R=//p)/o"' }, { image: userImage });
    expect(await found.live()).toMatchObject({ stderr: [], outcome: { exitCode: 0 } });
    expect(await readFile(join(found.spec.outputDir, 'o'), 'utf8')).toBe('x\n');
  });

  test('an image’s own entry point is cleared by default, and kept when that is asked for', async () => {
    const said = async (config: object) =>
      (await (await trial({ argv: ['/bin/echo', 'hi'] }, { image: entryImage, ...config })).live()).stdout;
    expect(await said({})).toEqual(['hi']);
    expect(await said({ entryPoint: null })).toEqual(['entry /bin/echo hi']);
  });

  test('whoever dies between creating a container and storing its handle leaves it to the next: there is no second', async () => {
    const one = await trial({ script: 'cat in.txt', files: { 'in.txt': 'in\n' } });
    const [first, second] = [await one.prepare(), await one.prepare()];
    expect(second.data.containerId).toBe(first.data.containerId);
    const run = await one.open(second);
    await run.start();
    expect(await run.outcome(new AbortController().signal)).toMatchObject({ kind: 'exited', exitCode: 0 });
    await run.dispose();
  });

  test('the image that ran is named so that it can be named again, also after a restart', async () => {
    const one = await trial({ script: 'true' });
    const handle = await one.prepare();
    const signal = new AbortController().signal;
    const [{ Id: id, RepoDigests: digests }] = JSON.parse(await docker('image', 'inspect', testImage));
    // Engines that keep images in containerd give a digest also to one that never came from a registry.
    const named = digests?.[0] ?? id;
    for (const runner of [undefined, makeRunner()]) {
      const run = await one.open(handle, runner);
      await run.start();
      await run.outcome(signal);
      expect(run.details).toMatchObject({ imageDigest: named });
      if (runner) await run.dispose();
    }
    for (const image of [id, named])
      expect((await (await trial({ script: 'echo same' }, { image })).live()).stdout).toEqual(['same']);
  });

  test('a script of 300 KiB runs as a short one, and leaves no file among the outputs', async () => {
    const long = `# ${'x'.repeat(300 * 1024)}\n`;
    const one = await trial({ argv: ['/bin/sh', '-c', `${long}echo "$0 $1"; ls -A`, 'zero', 'one'], wanted: ['**'] });
    expect(await one.live()).toMatchObject({ stdout: ['zero one', expect.any(String)], outcome: { exitCode: 0 } });
    const other = await trial({ argv: ['/bin/sh', '-c', `${long}echo long`] }, { user: 'nobody' });
    expect((await other.live()).stdout).toEqual(['long']);
    const python = await trial({ argv: ['python3', '-c', `${long}print("py")`] }, { image: 'windlass-python:latest' });
    expect((await python.live()).stdout).toEqual(['py']);
  });

  test.for([
    [{ argv: ['echo', 'x'.repeat(200_000)] }, 'Argument 1 of the command is longer'],
    [{ env: { LARGE: 'x'.repeat(200_000) } }, 'The environment variable LARGE is longer'],
  ] as const)('what no program can be given is refused before anything is made (%#)', async ([options, words]) => {
    const one = await trial(options);
    await expect(one.prepare()).rejects.toThrow(words);
    expect(await containersOf(owner)).toEqual([]);
  });
});
