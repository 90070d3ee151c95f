/** What only Docker has, on the real engine. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isLost, PrepareError } from '../../src/runners/runner.ts';
import { never, type Trial, type TrialOptions } from '../contract/runner/harness.ts';
import type { RunnerUnderTest } from '../contract/runner/index.ts';
import { containersOf, docker, dockerUnderTest, makeRunner, removeContainersOf, testImage } from './engine.ts';
import { useTrials } from './trials.ts';

const real = await dockerUnderTest();
if ('unavailable' in real) console.warn(`SKIPPED: Docker: ${real.unavailable}`);

describe.skipIf('unavailable' in real)('on a real engine', () => {
  const trials = useTrials('live');
  const { owner } = trials;

  async function trial(
    options: TrialOptions,
    config: object = {},
    changes: Partial<RunnerUnderTest> = {},
  ): Promise<Trial> {
    const under = {
      ...(real as RunnerUnderTest),
      config: { pullPolicy: 'NEVER', networkMode: 'none', ...config },
      ...changes,
    };
    return await trials.make(under, options);
  }

  async function refusal(one: Trial): Promise<PrepareError> {
    const error = await one.prepare().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(PrepareError);
    return error as PrepareError;
  }

  test('out of memory is told with its limit', async () => {
    const config = { memory: { memory: '16MB', memorySwap: '16MB' } };
    const { outcome } = await (await trial({ script: 'head -c 200000000 /dev/zero | tail' }, config)).live();
    expect(outcome).toMatchObject({ kind: 'out-of-memory', detail: expect.stringContaining('16MB') });
  });

  test('out of memory is told with the use that was seen last', async () => {
    const config = { memory: { memory: '64MB', memorySwap: '64MB' } };
    const script = 'a=$(head -c 8000000 /dev/zero | tr "\\0" x); sleep 1; head -c 200000000 /dev/zero | tail';
    const { outcome } = await (await trial({ script }, config)).live();
    expect(outcome).toMatchObject({ kind: 'out-of-memory' });
    const [, used] =
      /It used ([\d.]+)MB when it was last looked at, \d+\.\d s before/.exec(
        'detail' in outcome ? String(outcome.detail) : '',
      ) ?? [];
    expect(Number(used)).toBeGreaterThan(7);
    expect(Number(used)).toBeLessThan(64);
  });

  test('cpus, memory, user, shm and hosts reach the container', async () => {
    const config = {
      cpu: { cpus: '0.5' },
      memory: { memory: '64MB', memoryReservation: '32MB' },
      user: 'nobody',
      shmSize: '16MB',
      extraHosts: ['db.local:10.0.0.9'],
      privileged: false,
    };
    const one = await trial(
      {
        script:
          'id -u; grep db.local /etc/hosts; df -k /dev/shm | tail -n 1; echo ok > "$OUTPUT_DIR/mine"; echo ok > here',
      },
      config,
    );
    const handle = await one.prepare();
    const said = JSON.parse(await docker('inspect', String(handle.data.containerId)))[0];
    expect(said.HostConfig).toMatchObject({ NanoCpus: 5e8, Memory: 64 * 1024 ** 2, MemoryReservation: 32 * 1024 ** 2 });
    expect(said.Config.Labels).toMatchObject({
      'kestra.io/flow-id': 'contract',
      'windlass.owner': owner,
      'windlass.run': one.spec.runId,
    });
    const { stdout, outcome } = await one.live();
    expect(outcome).toMatchObject({ exitCode: 0 });
    expect(stdout[0]).toBe('65534');
    expect(stdout[1]).toMatch(/10\.0\.0\.9\s+db\.local/);
    expect(stdout[2]).toContain('16384');
    expect(await readFile(join(one.spec.outputDir, 'mine'), 'utf8')).toBe('ok\n');
  });

  test('a user who is not root works in the working directory, beside input files', async () => {
    const one = await trial(
      { script: 'cat in.txt; echo more > out.txt', files: { 'in.txt': 'in\n' }, wanted: ['*.txt'] },
      { user: '1234:1234' },
    );
    expect((await one.live()).stdout).toEqual(['in']);
    expect(await readFile(join(one.spec.workDir, 'out.txt'), 'utf8')).toBe('more\n');
  });

  test('entryPoint is put before the command', async () => {
    const { stdout } = await (await trial({ argv: ['hello'] }, { entryPoint: ['/bin/echo', 'said:'] })).live();
    expect(stdout).toEqual(['said: hello']);
  });

  test('only what is asked for is written to this machine', async () => {
    const script =
      'mkdir -p sub; echo a > a.txt; echo b > sub/b.txt; echo c > c.bin; echo d > "$OUTPUT_DIR/d"; ln -s a.txt link; rm in';
    const one = await trial({ script, files: { in: 'x' }, wanted: ['*.txt', 'sub/**', 'link'] });
    await one.live();
    const there = await readdir(one.spec.workDir);
    expect(there.filter(name => name.length < 16).sort()).toEqual(['a.txt', 'in', 'link', 'sub']);
    expect(await readFile(join(one.spec.workDir, 'sub/b.txt'), 'utf8')).toBe('b\n');
    expect(await readdir(one.spec.outputDir)).toEqual(['d']);
  });

  test('MOUNT: the program works in the folder of this machine', async () => {
    const one = await trial(
      { script: 'cat in; echo x > made', files: { in: 'y\n' } },
      { fileHandlingStrategy: 'MOUNT' },
    );
    expect((await one.live()).stdout).toEqual(['y']);
    expect(await readFile(join(one.spec.workDir, 'made'), 'utf8')).toBe('x\n');
  });

  test('MOUNT on an engine that does not see the folder: why, and what to do', async () => {
    const one = await trial({ script: 'true' }, { fileHandlingStrategy: 'MOUNT' });
    await rm(one.spec.workDir, { recursive: true });
    expect((await refusal(one)).message).toMatch(/does not see the folders of this machine.*VOLUME/);
  });

  test.for(['pull', 'create'] as const)('killed in the phase "%s": stopped, and nothing is left', async phase => {
    const image = phase === 'pull' ? '127.0.0.1:9/none:1' : testImage;
    const one = await trial(
      { script: 'true', files: { a: 'x' } },
      { image, pullPolicy: phase === 'pull' ? 'ALWAYS' : 'NEVER' },
    );
    const killed = new AbortController();
    const preparing = one.under.runner.prepare(
      one.spec,
      one.under.config,
      event => {
        if (event.kind === phase) killed.abort(new Error('killed'));
      },
      killed.signal,
    );
    await expect(preparing).rejects.toThrow('killed');
    expect(await containersOf(owner)).toEqual([]);
  });

  test('volumes are left out with a warning unless they are enabled', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'windlass-volume-'));
    const config = { volumes: [`${folder}:/data`] };
    const said: string[] = [];
    const without = await trial({ script: '[ ! -e /data ]' }, config);
    const { runner } = without.under;
    const handle = await runner.prepare(
      without.spec,
      without.under.config,
      event => {
        if (event.kind === 'trouble') said.push(event.text);
      },
      never,
    );
    expect(said).toEqual([expect.stringContaining('volume-enabled: true')]);
    await runner.remove(handle, without.under.config);
    const enabled = await trial({ script: 'echo x > /data/made' }, config, {
      runner: makeRunner({ volumeEnabled: true }),
    });
    await enabled.live();
    expect(await readFile(join(folder, 'made'), 'utf8')).toBe('x\n');
    await rm(folder, { recursive: true });
  });

  test('the anonymous volume of the output directory goes with the container', async () => {
    const one = await trial({ script: 'cd */ && echo x > o' });
    const run = await one.started();
    const mounts = JSON.parse(
      await docker('inspect', '--format', '{{json .Mounts}}', String(run.details?.containerId)),
    );
    expect(mounts).toHaveLength(1);
    await run.outcome(never);
    await run.fetch(never);
    await run.dispose();
    await expect(docker('volume', 'inspect', mounts[0].Name)).rejects.toThrow(/no such volume/i);
    expect(await readFile(join(one.spec.outputDir, 'o'), 'utf8')).toBe('x\n');
  });

  test('delete: false keeps the container, which the sweep does not see', async () => {
    const one = await trial({ script: 'echo kept' }, { delete: 'false' });
    await one.live();
    const ids = await containersOf(owner);
    expect(ids).toHaveLength(1);
    expect(await docker('logs', ids[0] ?? '')).toBe('kept');
    const { runner, config } = one.under;
    for await (const handle of runner.list(owner, config, never)) throw new Error(`listed: ${handle.runId}`);
    await removeContainersOf(owner);
  });

  test('resume: false: what a process that died has left is removed, not taken over', async () => {
    const one = await trial({ script: 'sleep 60' }, { resume: false });
    const handle = await one.prepare();
    await (await one.open(handle)).start();
    const opened = await makeRunner().open(handle, one.spec, one.under.config, never);
    expect(isLost(opened) && opened.lost).toContain('taskRunner.resume is false');
    expect(await containersOf(owner)).toEqual([]);
  });

  test('an image that is not there is told with the engine’s words', async () => {
    const one = await trial({}, { image: 'windlass-no-such-image:1' });
    const { outcome } = await refusal(one);
    expect(outcome).toMatchObject({ kind: 'image-unavailable', detail: expect.stringContaining('No such image') });
  });

  test('an image that cannot be pulled is told with the registry’s words', async () => {
    const one = await trial({}, { image: '127.0.0.1:9/nothing:1', pullPolicy: 'IF_NOT_PRESENT' });
    const { outcome } = await refusal(one);
    expect(outcome).toMatchObject({
      kind: 'image-unavailable',
      detail: expect.stringContaining('127.0.0.1:9/nothing:1'),
    });
  });

  test.for([
    [{ memory: { memory: '1MB' } }, /memory/i],
    [{ networkMode: 'no-such-network' }, /no-such-network.*\(taskRunner\.networkMode\)/],
    [{ networkMode: 'container:no-such' }, /no such container: no-such \(taskRunner\.networkMode\)/i],
    [{ user: 'nobody-of-the-image' }, /nobody-of-the-image.*\(taskRunner\.user\)/],
    [{ cpu: { cpus: 10_000 } }, /CPUs.*\(taskRunner\.cpu\.cpus\)/],
    [{ deviceRequests: [{ driver: 'none-such' }] }, /"none-such".*\(taskRunner\.deviceRequests\)/],
    [
      { networkMode: 'bridge', portBindings: ['203.0.113.1:18999:80'] },
      /203\.0\.113\.1:18999.*\(taskRunner\.portBindings\)/,
    ],
  ] as const)('what the engine refuses is told in its words: %j', async ([config, words]) => {
    const one = await trial({ script: 'true' }, config);
    const outcome = await one.live().then(
      lived => lived.outcome,
      (error: PrepareError) => error.outcome,
    );
    expect(outcome.kind).toBe('never-started');
    expect('detail' in outcome && outcome.detail).toMatch(words);
  });

  test('no image at all', async () => {
    const one = await trial({});
    const { image: _, ...spec } = one.spec;
    await expect(one.under.runner.prepare(spec, {}, () => {}, never)).rejects.toThrow('containerImage');
  });

  test('a container of ours name that is not ours is not touched', async () => {
    const one = await trial({});
    const name = `windlass-${one.spec.runId}`;
    await docker('create', '--name', name, testImage, 'true');
    expect((await refusal(one)).message).toContain('not ours');
    await docker('rm', name);
  });

  test('a prepare that is called off leaves nothing', async () => {
    const one = await trial({ script: 'true', files: { a: 'x' } });
    const { runner, config } = one.under;
    const calledOff = new AbortController();
    const preparing = runner.prepare(
      one.spec,
      config,
      event => {
        if (event.kind === 'create') calledOff.abort(new Error('called off'));
      },
      calledOff.signal,
    );
    await expect(preparing).rejects.toThrow('called off');
    expect(await containersOf(owner)).toEqual([]);
  });

  test('no engine: why, and what to do', async () => {
    const gone = makeRunner({ env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' } });
    const one = await trial({}, {}, { runner: gone });
    const { outcome } = await refusal(one);
    expect(outcome).toMatchObject({ kind: 'never-started' });
    expect('detail' in outcome && outcome.detail).toMatch(
      /not accessible.*unix:\/\/\/nowhere\/docker\.sock.*Start Docker.*Process/s,
    );
    expect(await gone.probe({}, never)).toMatchObject({ usable: false, whatToDo: expect.stringContaining('Process') });
    const refused = makeRunner({ env: { DOCKER_HOST: 'tcp://127.0.0.1:9' } });
    expect(await refused.probe({}, never)).toMatchObject({
      usable: false,
      why: expect.stringContaining('nobody listens'),
    });
  });
});
