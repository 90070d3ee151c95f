/** Pulling from real registries: with a password, from a mirror in Docker Hub's place, and what they refuse. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Handle, PrepareError } from '../../src/runners/runner.ts';
import { never, Trial } from '../contract/runner/harness.ts';
import {
  anyPort,
  docker,
  dockerUnderTest,
  mainEngine,
  makeRunner,
  startEngine,
  TestEngine,
  testImage,
} from './engine.ts';

const real = await dockerUnderTest();
const port = anyPort();
const registry = 'unavailable' in real ? real : await startEngine('registry', port, 'bob', 'pass-word');
if ('unavailable' in registry) console.warn(`SKIPPED: registries: ${registry.unavailable}`);
const host = `127.0.0.1:${port}`;

/** Gives a registry an image of its own: another id than the test image's, which the tests must not lose. */
async function provide(image: string, credentials?: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'windlass-registry-config-'));
  const auths = credentials === undefined ? {} : { [host]: { auth: Buffer.from(credentials).toString('base64') } };
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths }));
  const id = await docker('create', testImage);
  await docker('commit', '--change', `LABEL from=${image}`, id, image);
  await docker('rm', id);
  await docker('--config', folder, 'push', '--quiet', image);
  await docker('rmi', image);
  await rm(folder, { recursive: true });
}

describe.skipIf('unavailable' in registry)('a registry with a password', () => {
  const owner = `registry-${randomBytes(6).toString('hex')}`;
  const image = `${host}/team/app:1`;
  let trials: Trial[] = [];

  beforeAll(() => provide(image, 'bob:pass-word'));
  afterEach(async () => {
    for (const one of trials) await one.removeFolders();
    trials = [];
    const left = await mainEngine.containersOf(owner);
    await mainEngine.removeContainersOf(owner);
    const pulled = await docker('images', '--quiet', '--filter', `label=from=${image}`);
    if (pulled) await docker('rmi', '--force', pulled);
    expect(left).toEqual([]);
  });
  afterAll(async () => {
    if ('down' in registry) await registry.down();
  });

  async function trial(config: object, name: string = image, env = mainEngine.env): Promise<Trial> {
    const under = mainEngine.underTest({ networkMode: 'none', image: name, pullPolicy: 'IF_NOT_PRESENT', ...config });
    const made = await Trial.make({ ...under, runner: makeRunner({ env }) }, owner, {
      script: 'echo from the registry',
    });
    trials.push(made);
    return made;
  }

  function prepare({ spec, under }: Trial, said: string[]): Promise<Handle> {
    return under.runner.prepare(spec, under.config, event => said.push(event.text), never);
  }

  test.for([
    ['credentials', { credentials: { username: 'bob', password: 'pass-word' } }],
    ['credentials.auth', { credentials: { registry: `http://${host}/v2/`, auth: 'Ym9iOnBhc3Mtd29yZA==' } }],
    ['config', { config: { auths: { [host]: { username: 'bob', password: 'pass-word' } } } }],
    [
      'config as text',
      { config: JSON.stringify({ auths: { [`https://${host}/v1/`]: { auth: 'Ym9iOnBhc3Mtd29yZA==' } } }) },
    ],
    [
      'the seed’s config',
      {
        config: {
          auths: { [host]: { auth: 'Ym9iOnBhc3Mtd29yZA==' } },
          'insecure-registries': [host],
          HttpHeaders: { 'User-Agent': 'x' },
        },
      },
    ],
  ] as const)('lets in who has it: %s', async ([, config]) => {
    const said: string[] = [];
    const one = await trial(config);
    const handle = await prepare(one, said);
    expect(said.join('\n')).not.toMatch(/pass-word|Ym9iOnBhc3Mtd29yZA/);
    expect(JSON.stringify(handle)).not.toMatch(/pass-word|Ym9iOnBhc3Mtd29yZA/);
    const shown = await docker('inspect', String(handle.data.containerId));
    expect(shown).not.toMatch(/pass-word|Ym9iOnBhc3Mtd29yZA/);
    const run = await one.open(handle);
    await run.start();
    await run.outcome(new AbortController().signal);
    const digest = String(run.details?.imageDigest);
    expect(digest).toMatch(new RegExp(`^${host}/team/app@sha256:[0-9a-f]{64}$`));
    await run.dispose();
    // What ran can be asked for again by its digest.
    const again = await trial(config, digest);
    expect((await again.live()).stdout).toEqual(['from the registry']);
  });

  test('a credential helper of the user’s own configuration lets in', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'windlass-helper-'));
    const helper = join(folder, 'docker-credential-test');
    await writeFile(helper, '#!/bin/sh\ncat >/dev/null\necho \'{"Username":"bob","Secret":"pass-word"}\'\n', {
      mode: 0o755,
    });
    await writeFile(join(folder, 'config.json'), JSON.stringify({ credHelpers: { [host]: 'test' } }));
    const env = { ...mainEngine.env, DOCKER_CONFIG: folder, PATH: `${folder}:/usr/bin:/bin` };
    expect((await (await trial({}, image, env)).live()).stdout).toEqual(['from the registry']);
    await rm(folder, { recursive: true });
  });

  test.for([
    ['no password', image, {}, /no basic auth credentials|unauthorized/],
    [
      'a wrong password',
      image,
      { credentials: { username: 'bob', password: 'wrong-word' } },
      /unauthorized|no basic auth credentials/,
    ],
    [
      'a password for another registry',
      image,
      { credentials: { registry: 'other.example', username: 'bob', password: 'wrong-word' } },
      /taskRunner\.credentials are for other\.example, not for 127\.0\.0\.1:/,
    ],
    [
      'no such tag',
      `${host}/team/app:none`,
      { credentials: { username: 'bob', password: 'pass-word' } },
      /manifest unknown|not found/,
    ],
    ['no such registry', 'no-such-host.invalid/app:1', {}, /no-such-host\.invalid/],
    ['no image’s name', 'Not A Name', {}, /invalid reference|invalid tag/],
    ['a name in capitals', `${host}/Team/App`, {}, /must be lowercase/],
  ] as const)('%s: the task is told in the registry’s words, at once', async ([, name, config, words]) => {
    const began = Date.now();
    const one = await trial(config, name);
    const error = await one.prepare().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(PrepareError);
    const { outcome, message } = error as PrepareError;
    expect(outcome.kind).toBe('image-unavailable');
    expect(message).toMatch(words);
    expect(message).not.toContain('wrong-word');
    expect(Date.now() - began).toBeLessThan(20_000);
  });

  test('eight tasks that want one image pull it once', async () => {
    const said: string[] = [];
    const config = { credentials: { username: 'bob', password: 'pass-word' } };
    const first = await trial(config);
    const others = await Promise.all(
      Array.from({ length: 7 }, () => Trial.make(first.under, owner, { script: 'true' })),
    );
    trials.push(...others);
    const all = [first, ...others];
    const handles = await Promise.all(all.map(one => prepare(one, said)));
    for (const [index, handle] of handles.entries()) await (await all[index]?.open(handle))?.dispose();
    const ends = said.filter(text => text.includes('Status: '));
    expect(ends.length).toBeGreaterThan(0);
    expect(ends.filter(text => text.includes('up to date'))).toEqual([]);
  });
});

describe.skipIf('unavailable' in registry)('a registry in the place of Docker Hub', () => {
  test('images are pulled by their short names, by an engine elsewhere', async () => {
    const plain = anyPort();
    const mirror = await startEngine('registry', plain);
    if ('unavailable' in mirror) throw new Error(mirror.unavailable);
    try {
      await provide(`127.0.0.1:${plain}/library/centos:latest`);
      const elsewhere = await startEngine('docker-tls', anyPort(), mirror.address);
      if ('unavailable' in elsewhere) throw new Error(elsewhere.unavailable);
      try {
        const engine = new TestEngine({
          DOCKER_HOST: elsewhere.address,
          DOCKER_TLS_VERIFY: '1',
          DOCKER_CERT_PATH: join(elsewhere.state, 'certs/client'),
        });
        const config = { networkMode: 'none', image: 'centos', pullPolicy: 'ALWAYS' };
        const one = await Trial.make(engine.underTest(config), 'mirror', { script: 'echo from the mirror' });
        expect((await one.live()).stdout).toEqual(['from the mirror']);
        await one.removeFolders();
        for (const [certificates, words] of [
          ['certs/stranger', /certificate/],
          ['certs', /certificate/],
        ] as const) {
          const env = { ...engine.env, DOCKER_CERT_PATH: join(elsewhere.state, certificates) };
          const probe = await engine.makeRunner({ env }).probe({}, never);
          expect(probe).toMatchObject({ usable: false, why: expect.stringMatching(words) });
        }
        const withoutTls = await engine.makeRunner({ env: { DOCKER_HOST: elsewhere.address } }).probe({}, never);
        const toPlain = await makeRunner({ env: { ...engine.env, DOCKER_HOST: `tcp://${mirror.address}` } }).probe(
          {},
          never,
        );
        expect(toPlain).toMatchObject({ usable: false, why: expect.stringContaining('does not speak TLS') });
        expect(withoutTls).toMatchObject({ usable: false, whatToDo: expect.stringContaining('DOCKER_TLS_VERIFY') });
      } finally {
        await elsewhere.down();
      }
    } finally {
      await mirror.down();
    }
  });
});

describe.skipIf('unavailable' in registry)('a registry without TLS that is not on this machine’s loopback', () => {
  test('lets in the engine whose configuration lists it; for another the way out is told', async () => {
    const [port, address] = [anyPort(), '172.31.251.1'];
    const [place, plain] = [`${address}:${port}`, `${address}:${port}/team/app:1`];
    // Its bridge has the address.
    const elsewhere = await startEngine('docker-tls', anyPort(), '', '--insecure-registry', place);
    if ('unavailable' in elsewhere) throw new Error(elsewhere.unavailable);
    let away: Awaited<ReturnType<typeof startEngine>> | undefined;
    try {
      away = await startEngine('registry', place);
      if ('unavailable' in away) throw new Error(away.unavailable);
      const engine = new TestEngine({ DOCKER_HOST: `unix://${join(elsewhere.state, 'docker.sock')}` });
      await engine.docker('tag', testImage, plain);
      await engine.docker('push', '--quiet', plain);
      await engine.docker('rmi', plain);
      // As in Kestra's documentation, where it has no effect either.
      const config = { image: plain, pullPolicy: 'ALWAYS', config: JSON.stringify({ 'insecure-registries': [place] }) };
      const one = await Trial.make(engine.underTest({ ...config, networkMode: 'none' }), 'insecure', {
        script: 'echo in',
      });
      expect((await one.live()).stdout).toEqual(['in']);
      const strict = { ...one.under, runner: makeRunner() };
      await expect(strict.runner.prepare(one.spec, config, () => {}, never)).rejects.toThrow(
        `The registry has no TLS: add "insecure-registries": ["${place}"]`,
      );
      await one.removeFolders();
    } finally {
      if (away && 'down' in away) await away.down();
      await elsewhere.down();
    }
  });
});
