/** Broken, silent and lost connections to the real engine: the right outcome and every line once. */
import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { startContainer } from '../../src/runners/docker/client/containers.ts';
import { findEndpoint } from '../../src/runners/docker/client/endpoint.ts';
import { Engine } from '../../src/runners/docker/client/engine.ts';
import { LostFilesError } from '../../src/runners/runner.ts';
import { collectLines, never, Trial } from '../contract/runner/harness.ts';
import type { RunnerUnderTest } from '../contract/runner/index.ts';
import { containersOf, docker, dockerUnderTest, makeRunner, removeContainersOf } from './engine.ts';
import { FaultProxy } from './fault-proxy.ts';

const real = await dockerUnderTest();
if ('unavailable' in real) console.warn(`SKIPPED: faults of Docker: ${real.unavailable}`);

describe.skipIf('unavailable' in real)('with a broken connection', () => {
  const owner = `faults-${randomBytes(6).toString('hex')}`;
  let proxy = new FaultProxy();
  let trials: Trial[] = [];

  beforeEach(async () => {
    proxy = new FaultProxy();
    await proxy.listen();
  });
  afterEach(async () => {
    await proxy.close();
    const left = await containersOf(owner);
    await removeContainersOf(owner);
    for (const one of trials) await one.removeFolders();
    trials = [];
    expect(left).toEqual([]);
  });

  async function trial(script: string, wanted: readonly string[] = []): Promise<Trial> {
    const under: RunnerUnderTest = {
      ...(real as RunnerUnderTest),
      runner: makeRunner({ env: { DOCKER_HOST: proxy.host } }),
      config: { pullPolicy: 'NEVER', networkMode: 'none' },
    };
    const made = await Trial.make(under, owner, { script, wanted });
    trials.push(made);
    return made;
  }

  test('the log is cut every 100 ms: the same line a thousand times is a thousand lines', async () => {
    proxy.faults.push({ request: /logs\?.*follow=1/, kind: 'cut', afterMs: 100, times: 1000 });
    const script = 'for i in 1 2 3 4 5 6 7 8 9 10; do yes same | head -n 100; sleep 0.15; done';
    const { outcome, stdout } = await (await trial(script)).live();
    expect(outcome).toMatchObject({ kind: 'exited', exitCode: 0 });
    expect(stdout).toEqual(Array.from({ length: 1000 }, () => 'same'));
    expect(proxy.requests.filter(line => line.includes('follow=1')).length).toBeGreaterThan(3);
  });

  test('the log is cut while lines stream: each number once', async () => {
    proxy.faults.push({ request: /logs\?/, kind: 'cut', afterMs: 30, times: 12 });
    const { stdout } = await (await trial('seq 1 60000; sleep 0.5; seq 60001 100000')).live();
    expect(stdout.length).toBe(100_000);
    expect(stdout.every((line, index) => line === String(index + 1))).toBe(true);
  });

  test('the log follow never answers: the run still ends, with all lines', async () => {
    proxy.faults.push({ request: /logs\?.*follow=1/, kind: 'stall', times: 1000 });
    const { outcome, stdout } = await (await trial('seq 1 1000; exit 3')).live();
    expect(outcome).toMatchObject({ kind: 'exited', exitCode: 3 });
    expect(stdout).toHaveLength(1000);
  });

  test('the wait says too early that the container has ended: every line, and the true exit code', async () => {
    proxy.faults.push({ request: /\/wait\?/, kind: 'lie', body: '{"StatusCode":0}', afterMs: 600, times: 1 });
    const { outcome, stdout } = await (
      await trial('for i in $(seq 1 30); do echo $i; sleep 0.05; done; exit 3')
    ).live();
    expect(outcome).toMatchObject({ kind: 'exited', exitCode: 3 });
    expect(stdout).toEqual(Array.from({ length: 30 }, (_, index) => String(index + 1)));
  });

  test('the wait stream never answers: the inspection tells the end', async () => {
    proxy.faults.push({ request: /\/wait\?/, kind: 'stall', times: 1000 });
    const began = Date.now();
    const { outcome } = await (await trial('exit 6')).live();
    expect(outcome).toMatchObject({ kind: 'exited', exitCode: 6 });
    expect(Date.now() - began).toBeLessThan(9000);
  });

  test('the wait stream is cut: the program’s end is still noticed', async () => {
    proxy.faults.push({ request: /\/wait\?/, kind: 'cut', afterMs: 200, times: 3 });
    const { outcome } = await (await trial('sleep 1; exit 4')).live();
    expect(outcome).toMatchObject({ kind: 'exited', exitCode: 4 });
  });

  test('the answer to a create is lost: its container is found and not doubled', async () => {
    // A call on a fresh socket is not repeated: the first call of all takes the fault's place.
    proxy.faults.push({ request: /containers\/create/, kind: 'lose-answer', afterMs: 300, times: 1 });
    const one = await trial('echo once');
    const first = await one.prepare().catch(() => undefined);
    const run = await one.open(first ?? (await one.prepare()));
    expect(await containersOf(owner)).toHaveLength(1);
    await run.start();
    expect((await collectLines(run)).map(line => line.text)).toEqual(['once']);
    await run.dispose();
  });

  test('the answer to a start is lost: the program runs once', async () => {
    proxy.faults.push({ request: /\/start/, kind: 'lose-answer', afterMs: 2000, times: 1 });
    const { outcome, stdout } = await (await trial('echo once; exit 2')).live();
    expect(stdout).toEqual(['once']);
    expect(outcome).toMatchObject({ kind: 'exited', exitCode: 2 });
  });

  // Docker 29 calls a start off in its first 10 ms; Docker 20.10 goes on with it.
  test.for([2, 4, 8])(
    'who asked for a start dies %i ms later: who comes after it runs the program, once',
    async moment => {
      proxy.faults.push({ request: /\/start/, kind: 'cut', afterMs: moment, times: 1 });
      const one = await trial('echo once; exit 2');
      const handle = await one.prepare();
      const dying = await Engine.reach(findEndpoint(proxy.host, {}));
      await startContainer(dying, String(handle.data.containerId)).catch(() => {});
      const run = await one.open(handle, makeRunner());
      await run.start();
      expect((await collectLines(run)).map(line => line.text)).toEqual(['once']);
      expect(await run.outcome(never)).toMatchObject({ kind: 'exited', exitCode: 2 });
      await run.dispose();
    },
  );

  test('a transfer of files that is cut begins again, in and out', async () => {
    proxy.faults.push({ request: /PUT .*archive/, kind: 'cut', afterMs: 0, times: 1 });
    proxy.faults.push({ request: /GET .*archive/, kind: 'cut', afterMs: 100, times: 1 });
    const one = await trial('head -c 50000000 /dev/zero > "$OUTPUT_DIR/big"');
    const { outcome } = await one.live();
    expect(outcome).toMatchObject({ kind: 'exited', exitCode: 0 });
    expect((await stat(join(one.spec.outputDir, 'big'))).size).toBe(50_000_000);
    expect(proxy.requests.filter(line => /^(PUT|GET) .*archive/.test(line)).length).toBeGreaterThan(2);
  });

  test.for([
    ['declared files are lost', ['*.txt']],
    ['nothing is missed when none were declared', []],
  ] as const)('the container is removed before its files are brought back: %s', async ([, wanted]) => {
    proxy.faults.push({ request: /GET .*archive/, kind: 'lose-answer', afterMs: 1000, times: 1 });
    const one = await trial('echo x > a.txt', wanted);
    const run = await one.started();
    expect(await run.outcome(never)).toMatchObject({ kind: 'exited', exitCode: 0 });
    const fetched = run.fetch(never);
    fetched.catch(() => {});
    await docker('rm', '-fv', run.details?.containerId as string);
    if (wanted.length > 0) await expect(fetched).rejects.toThrow(LostFilesError);
    else await fetched;
    await run.dispose();
  });

  test('kept-alive sockets that the engine has closed cost nothing', async () => {
    const one = await trial('echo x');
    const handle = await one.prepare();
    proxy.cutAll();
    const run = await one.open(handle);
    await run.start();
    proxy.cutAll();
    expect((await collectLines(run)).map(line => line.text)).toEqual(['x']);
    expect(await run.outcome(never)).toMatchObject({ kind: 'exited', exitCode: 0 });
    proxy.cutAll();
    await run.fetch(never);
    proxy.cutAll();
    await run.dispose();
  });

  test('a container stopped by somebody else has exited with its code', async () => {
    const one = await trial('trap "exit 9" TERM; echo up; while :; do sleep 0.1; done');
    const handle = await one.prepare();
    const run = await one.open(handle);
    await run.start();
    for await (const batch of run.logs()) if (batch.lines.length > 0) break;
    await docker('stop', String(handle.data.containerId));
    expect(await run.outcome(never)).toMatchObject({ kind: 'exited', exitCode: 9 });
    await run.dispose();
  });

  test('a container restarted by somebody else has ended when it ends the second time', async () => {
    const run = await (await trial('echo up; sleep 1; echo down; exit 5')).started();
    for await (const batch of run.logs()) if (batch.lines.length > 0) break;
    const lines = collectLines(run);
    await docker('restart', '-t', '0', run.details?.containerId as string);
    expect(await run.outcome(never)).toMatchObject({ kind: 'exited', exitCode: 5 });
    expect((await lines).map(({ text }) => text)).toEqual(['up', 'up', 'down']);
    await run.dispose();
  });

  test.for([0, 300])('a container paused by somebody else can be stopped, with a grace of %i ms', async graceMs => {
    const run = await (await trial('echo up; sleep 300')).started();
    for await (const batch of run.logs()) if (batch.lines.length > 0) break;
    await docker('pause', run.details?.containerId as string);
    await run.stop({ graceMs });
    expect(await run.outcome(never)).toMatchObject({ kind: 'stopped' });
    await run.dispose();
  });

  test('an engine that has been away for five minutes: the log ends without an error, and the outcome says so', async () => {
    const one = await trial('echo up; sleep 300');
    const run = await one.started();
    const lines = collectLines(run);
    const outcome = run.outcome(never);
    for await (const batch of run.logs()) if (batch.lines.length > 0) break;
    await proxy.close();
    await new Promise(resolve => setTimeout(resolve, 1500));
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5 * 60_000 });
    try {
      expect(await outcome).toMatchObject({ kind: 'node-lost', detail: expect.stringContaining('for five minutes') });
      expect((await lines).map(({ text }) => text)).toEqual(['up']);
      await run.fetch(never);
    } finally {
      vi.useRealTimers();
      await removeContainersOf(owner);
    }
  });
});
