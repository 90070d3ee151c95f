import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import type { ValueMap } from '../../src/model/value.ts';
import { findAccess } from '../../src/runners/kubernetes/connection/find-access.ts';
import { accessFromProperties } from '../../src/runners/kubernetes/connection/from-properties.ts';
import { PropertyReader } from '../../src/runners/property-reader.ts';

const pem = '-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n';
const base64 = Buffer.from(pem).toString('base64');

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windlass-access-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

function kubeconfig(user: object, cluster: object = {}): string {
  return stringify({
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'c', user: 'u', namespace: 'team' } }],
    clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.1:6443', ...cluster } }],
    users: [{ name: 'u', user }],
  });
}

describe('a kubeconfig', () => {
  test('certificates inline and in files beside it', async () => {
    await file('key.pem', pem);
    const path = await file(
      'config',
      kubeconfig(
        { 'client-certificate-data': base64, 'client-key': 'key.pem' },
        { 'certificate-authority-data': base64 },
      ),
    );
    const access = await findAccess({ KUBECONFIG: path });
    expect(access).toMatchObject({ namespace: 'team', trustAny: false, checkHostName: true });
    expect(access.server.href).toBe('https://10.0.0.1:6443/');
    expect([access.ca, access.cert, access.key].map(String)).toEqual([pem, pem, pem]);
  });

  test('the home folder’s is taken where KUBECONFIG is not set, the first of several wins', async () => {
    const first = await file('first', kubeconfig({ token: 'first' }));
    const second = await file('second', kubeconfig({ token: 'second' }));
    const access = await findAccess({
      KUBECONFIG: `${first}:${second}:${join(folder, 'not-there')}`,
      HOME: '/nowhere',
    });
    expect(await access.token?.(false)).toBe('first');
  });

  test('a credential plug-in is asked once, and again when its token is refused', async () => {
    const plugin = await file(
      'plugin',
      `#!/bin/sh\necho x >> ${folder}/calls\nprintf '{"status":{"token":"%s-%s"}}' "$WHO" "$(wc -l < ${folder}/calls | tr -d ' ')"\n`,
    );
    await chmod(plugin, 0o755);
    const path = await file(
      'config',
      kubeconfig({ exec: { apiVersion: 'v1', command: './plugin', env: [{ name: 'WHO', value: 'me' }] } }),
    );
    const access = await findAccess({ KUBECONFIG: path, PATH: process.env.PATH });
    expect(await access.token?.(false)).toBe('me-1');
    expect(await access.token?.(false)).toBe('me-1');
    expect(await access.token?.(true)).toBe('me-2');
  });

  test('a file that is not there is said', async () => {
    await expect(findAccess({ KUBECONFIG: `${folder}/none` })).rejects.toThrow(`${folder}/none is not there`);
  });

  test.for<[string, string | undefined, RegExp]>([
    ['no context', 'apiVersion: v1\n', /no current context/],
    ['no YAML', 'a: [', /is no YAML/],
    [
      'an unknown cluster',
      stringify({ 'current-context': 'x', contexts: [{ name: 'x', context: { cluster: 'y' } }] }),
      /no entry "y" in clusters/,
    ],
    [
      'a plug-in that is not there',
      kubeconfig({ exec: { command: 'no-such-plugin', installHint: 'Get it.' } }),
      /no-such-plugin .*Get it\./,
    ],
    ['a proxy', kubeconfig({}, { 'proxy-url': 'http://p' }), /proxy-url/],
    ['an old provider', kubeconfig({ 'auth-provider': { name: 'gcp' } }), /auth-provider/],
    ['a certificate that is none', kubeconfig({ 'client-certificate-data': 'AAAA' }), /neither PEM nor base64/],
    ['nothing at all', undefined, /No Kubernetes cluster is known/],
  ])('with %s is refused in words', async ([, content, words]) => {
    const env = content === undefined ? { HOME: folder } : { KUBECONFIG: await file('config', content) };
    await expect(findAccess(env)).rejects.toThrow(words);
  });
});

describe('the config property', () => {
  const access = (map: ValueMap) => accessFromProperties(new PropertyReader(map, 'config.'));

  test('holds what a kubeconfig holds, whatever its white space', async () => {
    const broken = `${base64.slice(0, 20)}\n  ${base64.slice(20)}\n`;
    const found = await access({
      masterUrl: 'https://k:6443',
      caCertData: broken,
      trustCerts: 'true',
      disableHostnameVerification: true,
    });
    expect(String(found.ca)).toBe(pem);
    expect(found).toMatchObject({ trustAny: true, checkHostName: false });
  });

  test('a token, and a name with a password', async () => {
    expect(await (await access({ oauthToken: 't' })).token?.(false)).toBe('t');
    expect((await access({ username: 'u', password: 'p' })).basic).toBe('u:p');
    expect((await access({ username: 'only a label' })).basic).toBeUndefined();
    expect((await access({})).server.href).toBe('https://kubernetes.default.svc/');
  });

  test.for<[ValueMap, RegExp]>([
    [{ masterUrl: 'ftp://x' }, /config\.masterUrl: "ftp:\/\/x" is no address/],
    [{ apiVersion: 'v2' }, /config\.apiVersion/],
    [{ caCertData: '!!' }, /config\.caCertData: is neither PEM/],
    [{ caCertFile: '/no/such/file' }, /config\.caCertFile: the file \/no\/such\/file cannot be read/],
    [{ clientCertData: base64 }, /clientCert is given without clientKey/],
    [{ clientKeyData: base64 }, /clientKey is given without clientCert/],
    [{ keyStoreFile: '/no/such/file' }, /config\.keyStoreFile/],
    [{ trustCerts: 'perhaps' }, /config\.trustCerts: must be true or false/],
    [{ oauthTokenProvider: '{{ x }}' }, /oauthTokenProvider must be written in the flow as a map/],
  ])('%j is refused in words', async ([map, words]) => {
    await expect(access(map)).rejects.toThrow(words);
  });

  test('Java’s own key stores are refused with how to convert them', async () => {
    const jks = await file('store.jks', Buffer.from('feedfeed00000002', 'hex'));
    await expect(access({ keyStoreFile: jks })).rejects.toThrow(/keytool -importkeystore/);
    await expect(access({ trustStoreFile: jks })).rejects.toThrow(/keytool -importkeystore/);
  });
});
