/** Where the engine is looked for, and whose credentials a registry gets. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findEndpoint } from '../../src/runners/docker/client/endpoint.ts';
import { parseImageName } from '../../src/runners/docker/client/image-name.ts';
import { createDockerRunner } from '../../src/runners/docker/index.ts';
import { registryAuth } from '../../src/runners/docker/registry-auth.ts';
import { readSettings } from '../../src/runners/docker/settings.ts';
import { never } from '../contract/runner/harness.ts';

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'windlass-endpoint-'));
});
afterEach(async () => {
  await rm(home, { recursive: true });
});

describe('the engine’s address', () => {
  test('the host property comes first', () => {
    expect(findEndpoint('unix:///a.sock', { DOCKER_HOST: 'tcp://b:1' })).toMatchObject({ socketPath: '/a.sock' });
    expect(findEndpoint('tcp://h', { HOME: home })).toMatchObject({ host: 'h', port: 2375 });
    expect(findEndpoint('tcp://[::1]:99', { HOME: home })).toMatchObject({ host: '::1', port: 99 });
  });

  test('then DOCKER_HOST', () => {
    expect(findEndpoint(undefined, { DOCKER_HOST: 'tcp://b:1', HOME: home })).toMatchObject({ host: 'b', port: 1 });
  });

  test('with DOCKER_TLS_VERIFY the certificates of DOCKER_CERT_PATH', async () => {
    for (const name of ['ca', 'cert', 'key']) await writeFile(join(home, `${name}.pem`), name);
    const env = { DOCKER_HOST: 'tcp://b', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: home };
    expect(findEndpoint(undefined, env)).toMatchObject({ port: 2376, tls: { ca: 'ca', cert: 'cert', key: 'key' } });
  });

  test('then the current context', async () => {
    const id = createHash('sha256').update('far').digest('hex');
    await mkdir(join(home, '.docker/contexts/meta', id), { recursive: true });
    await writeFile(join(home, '.docker/config.json'), '{"currentContext": "far"}');
    const meta = { Name: 'far', Endpoints: { docker: { Host: 'tcp://far:7' } } };
    await writeFile(join(home, '.docker/contexts/meta', id, 'meta.json'), JSON.stringify(meta));
    expect(findEndpoint(undefined, { HOME: home })).toMatchObject({ host: 'far', port: 7 });
    expect(() => findEndpoint(undefined, { HOME: home, DOCKER_CONTEXT: 'other' })).toThrow(/context "other" is not in/);
  });

  test.for([
    ['ssh://x', 'ssh:// is not supported'],
    ['npipe:////./pipe/docker_engine', 'npipe:// is not supported'],
    ['what', 'it is no address of an engine'],
    ['unix://', 'it is no address of an engine'],
    ['tcp://', 'it is no address of an engine'],
    ['tcp://there:99999', 'it is no address of an engine'],
  ] as const)('%s is refused by the name of where it stands', ([host, why]) => {
    expect(() => findEndpoint(host, { HOME: home })).toThrow(`taskRunner.host "${host}" cannot be used: ${why}.`);
    expect(() => findEndpoint(undefined, { HOME: home, DOCKER_HOST: host })).toThrow(
      `DOCKER_HOST "${host}" cannot be used`,
    );
  });

  test('a password in an address is not shown', () => {
    const found = findEndpoint('tcp://bob:pass@there:7', { HOME: home });
    expect(found).toMatchObject({ text: 'tcp://there:7', host: 'there', port: 7 });
    expect(() => findEndpoint('tcp://bob:pass@', { HOME: home })).toThrow('taskRunner.host "tcp://" cannot be used');
    expect(() => findEndpoint('ssh://bob:pass@there', { HOME: home })).toThrow('taskRunner.host "ssh://there" cannot');
  });

  test('a scheme may be in capitals, and the path of a socket without its slash', () => {
    expect(findEndpoint('UNIX:///a.sock', { HOME: home })).toMatchObject({ socketPath: '/a.sock' });
    expect(findEndpoint('unix://a.sock', { HOME: home }).text).toBe('unix:///a.sock');
  });

  test('certificates that cannot be read or are none are told by their place', async () => {
    const env = { DOCKER_HOST: 'tcp://b', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: home };
    await writeFile(join(home, 'key.pem'), 'no key');
    const runner = createDockerRunner({ env, volumeEnabled: false });
    expect(await runner.probe({}, never)).toMatchObject({
      usable: false,
      why: expect.stringMatching(/^The certificates for the Docker engine cannot be used: /),
      whatToDo: expect.stringContaining('Set DOCKER_CERT_PATH'),
    });
    await mkdir(join(home, 'ca.pem'));
    expect(() => findEndpoint(undefined, env)).toThrow(`${join(home, 'ca.pem')} cannot be read`);
  });
});

describe('names of images', () => {
  test.for([
    ['busybox', 'busybox', 'latest', 'docker.io'],
    ['library/busybox:1.36', 'library/busybox', '1.36', 'docker.io'],
    ['localhost/x', 'localhost/x', 'latest', 'localhost'],
    ['r.io:5000/a/b', 'r.io:5000/a/b', 'latest', 'r.io:5000'],
    ['r.io/a/b:t@sha256:ab', 'r.io/a/b', 'sha256:ab', 'r.io'],
  ] as const)('%s', ([name, repository, tag, registry]) => {
    expect(parseImageName(name)).toEqual({ repository, tag, registry });
  });
});

describe('registry credentials', () => {
  const sent = async (image: string, config: Parameters<typeof readSettings>[0], env = { HOME: home }) => {
    const header = await registryAuth(image, readSettings(config), env);
    return header === undefined ? undefined : JSON.parse(Buffer.from(header, 'base64url').toString());
  };

  test('credentials without a registry are for the image’s own', async () => {
    expect(await sent('r.io/x', { credentials: { username: 'u', password: 'p' } })).toEqual({
      username: 'u',
      password: 'p',
      serveraddress: 'r.io',
    });
  });

  test('credentials for another registry are not sent', async () => {
    expect(await sent('r.io/x', { credentials: { registry: 'other.io', username: 'u' } })).toBeUndefined();
  });

  test.for(['docker.io', 'https://index.docker.io/v1/', 'registry-1.docker.io/v2', 'index.docker.io'])(
    '%s is Docker Hub',
    async registry => {
      expect(await sent('busybox', { credentials: { registry, identityToken: 't' } })).toEqual({
        identitytoken: 't',
        serveraddress: 'https://index.docker.io/v1/',
      });
    },
  );

  test('tokens reach the engine under its own names', async () => {
    const credentials = { registryToken: 'bearer', identityToken: 'id' };
    const expected = { registrytoken: 'bearer', identitytoken: 'id', serveraddress: 'r.io' };
    expect(await sent('r.io/x', { credentials })).toEqual(expected);
  });

  test('a config’s auth is user and password', async () => {
    const auth = Buffer.from('user:pass:word').toString('base64');
    const config = { auths: { 'https://r.io/v2/': { auth } } };
    const expected = { username: 'user', password: 'pass:word', serveraddress: 'r.io' };
    expect(await sent('r.io/x', { config })).toEqual(expected);
    expect(await sent('r.io/x', { config: JSON.stringify(config) })).toEqual(expected);
    expect(await sent('s.io/x', { config })).toBeUndefined();
  });

  test('the user’s own configuration is read when nothing else is given', async () => {
    await mkdir(join(home, '.docker'));
    await writeFile(join(home, '.docker/config.json'), '{"auths": {"r.io": {"username": "own", "password": "p"}}}');
    expect(await sent('r.io/x', {})).toMatchObject({ username: 'own' });
    expect(await sent('r.io/x', { config: { auths: {} } })).toBeUndefined();
  });

  test('a credential helper is asked, and its failure told', async () => {
    const helper = join(home, 'docker-credential-test');
    const script = `#!/bin/sh
read -r server
case $server in
  r.io) echo '{"Username": "<token>", "Secret": "s3"}';;
  none.io) echo 'credentials not found in native keychain'; exit 1;;
  *) echo 'the keychain is locked' >&2; exit 1;;
esac
`;
    await writeFile(helper, script, { mode: 0o755 });
    const env = { HOME: home, PATH: `${home}:/usr/bin:/bin` };
    const config = { credsStore: 'test' };
    expect(await sent('r.io/x', { config }, env)).toEqual({ identitytoken: 's3', serveraddress: 'r.io' });
    expect(await sent('none.io/x', { config }, env)).toBeUndefined();
    await expect(sent('bad.io/x', { config }, env)).rejects.toThrow('the keychain is locked');
    await expect(sent('r.io/x', { config: { credsStore: 'absent' } }, env)).rejects.toThrow(
      'docker-credential-absent, which the Docker configuration names, cannot be run: it is not on the PATH',
    );
  });

  test.for(['bob hunter2', '{"Secret": {"password": "hunter2"}}'])(
    'what a helper says instead is kept: %s',
    async said => {
      await writeFile(join(home, 'docker-credential-odd'), `#!/bin/sh\ncat >/dev/null\necho '${said}'\n`, {
        mode: 0o755,
      });
      const env = { HOME: home, PATH: `${home}:/usr/bin:/bin` };
      await expect(sent('r.io/x', { config: { credsStore: 'odd' } }, env)).rejects.toThrow(
        /^docker-credential-odd gave no credentials for r\.io in JSON$/,
      );
    },
  );

  test('a number is a password too; without a name, a password or a token nothing is sent', async () => {
    const config = { auths: { 'r.io': { username: 'u', password: 1234 }, 's.io': {} } };
    expect(await sent('r.io/x', { config })).toMatchObject({ username: 'u', password: '1234' });
    expect(await sent('s.io/x', { config })).toBeUndefined();
    expect(await sent('r.io/x', { credentials: { registry: 'r.io', password: '' }, config })).toMatchObject({
      username: 'u',
    });
  });
});
