/** Every way to log in, against the real API server; no pod is started. 3 s. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { Connection } from '../../src/runners/kubernetes/client/connection.ts';
import { findAccess } from '../../src/runners/kubernetes/connection/find-access.ts';
import { clusterUnderTest } from '../engines/kubernetes/cluster.ts';
import { makeRunner } from './cluster.ts';

const found = clusterUnderTest();

if ('unavailable' in found || found.own === undefined) {
  test.skip('logging in to Kubernetes: no cluster of our own runs here', () => {});
} else {
  const { client, own, kubeconfig } = found;
  const folder = mkdtempSync(join(tmpdir(), 'windlass-logins-'));
  const file = (name: string, content?: string | Buffer): string => {
    if (content !== undefined) writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const admin = parse(readFileSync(kubeconfig, 'utf8')).users[0].user as Record<string, string>;
  const decoded = (name: string) => Buffer.from(admin[name] ?? '', 'base64');
  const { token } = own;
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const masterUrl = own.server.href;
  const caCertFile = file('ca.pem', own.authority);
  const runner = makeRunner(kubeconfig);
  const probe = (config: object) => runner.probe({ config: { masterUrl, ...config } }, new AbortController().signal);

  beforeAll(() => {
    file('cert.pem', decoded('client-certificate-data'));
    file('key.pem', decoded('client-key-data'));
    const password = ['-passout', 'pass:secret'];
    openssl('pkcs12', '-export', '-inkey', 'key.pem', '-in', 'cert.pem', '-out', 'keys.p12', ...password);
    openssl('pkcs12', '-export', '-nokeys', '-in', 'ca.pem', '-out', 'trust.p12', ...password);
    const subject = ['-subj', '/O=system:masters/CN=admin', '-days', '2'];
    const key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', 'other.key', '-out', 'other.pem'];
    openssl('req', '-x509', ...key, ...subject);
  });
  afterAll(() => {
    client.close();
    rmSync(folder, { recursive: true });
  });

  describe('the config property logs in', () => {
    test.for<[string, () => object]>([
      [
        'with a certificate in files',
        () => ({ caCertFile, clientCertFile: file('cert.pem'), clientKeyFile: file('key.pem') }),
      ],
      [
        'with the data of a kubeconfig',
        () => ({
          caCertData: own.authority.toString('base64'),
          clientCertData: admin['client-certificate-data'],
          clientKeyData: admin['client-key-data'],
          clientKeyAlgo: 'EC',
        }),
      ],
      [
        'with key store and trust store',
        () => ({
          keyStoreFile: file('keys.p12'),
          keyStorePassphrase: 'secret',
          trustStoreFile: file('trust.p12'),
          trustStorePassphrase: 'secret',
        }),
      ],
      ['with a token', () => ({ caCertFile, oauthToken: token })],
      ['with a token, and any certificate of the server', () => ({ trustCerts: true, oauthToken: token })],
    ])('%s', async ([, config]) => {
      expect(await probe(config())).toMatchObject({ usable: true, detail: expect.stringContaining('v1.') });
    });

    test('to a server with another name only with disableHostnameVerification', async () => {
      const forward = createServer(socket => {
        const onward = connect(Number(own.server.port), own.server.hostname);
        for (const one of [socket, onward]) one.on('error', () => {});
        socket.pipe(onward).pipe(socket);
      });
      await new Promise<void>(resolve => forward.listen(0, '127.0.0.2', resolve));
      try {
        const url = `https://127.0.0.2:${(forward.address() as AddressInfo).port}`;
        const config = { masterUrl: url, caCertFile, oauthToken: token };
        expect(await probe(config)).toMatchObject({ usable: false, why: expect.stringContaining('127.0.0.2') });
        expect(await probe({ ...config, disableHostnameVerification: true })).toMatchObject({ usable: true });
      } finally {
        forward.close();
      }
    });

    test('with name and password, as basic authentication says', async () => {
      const seen: (string | undefined)[] = [];
      const server = createHttpServer((request, response) => {
        seen.push(request.headers.authorization);
        response.writeHead(401).end('{"message":"Unauthorized"}');
      });
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      expect(await probe({ masterUrl: url, username: 'u', password: 'p' })).toMatchObject({ usable: false });
      expect(seen).toEqual([`Basic ${Buffer.from('u:p').toString('base64')}`]);
      server.closeAllConnections();
      server.close();
    });
  });

  describe('is refused in words', () => {
    test.for<[string, () => object, RegExp]>([
      [
        'a certificate that another authority signed',
        () => ({ caCertFile, clientCertFile: file('other.pem'), clientKeyFile: file('other.key') }),
        /certificate/,
      ],
      [
        'an authority that did not sign the server’s',
        () => ({ caCertFile: file('other.pem'), oauthToken: token }),
        /certificate.*caCertData/,
      ],
      ['no authority', () => ({ oauthToken: token }), /certificate.*caCertData/],
      ['an unknown token', () => ({ caCertFile, oauthToken: 'x' }), /Unauthorized.*token/],
      ['nobody at all', () => ({ caCertFile }), /may not do|cannot/],
    ])('%s', async ([, config, words]) => {
      const answer = await probe(config());
      expect(answer.usable).toBe(false);
      expect(JSON.stringify(answer)).toMatch(words);
    });

    test('a token that has ended', async () => {
      const secrets = '/api/v1/namespaces/default/secrets';
      const name = `logins-${process.pid}`;
      await client.expect('POST', secrets, { metadata: { name } });
      const secret = await client.expect('GET', `${secrets}/${name}`);
      const bound = { kind: 'Secret', apiVersion: 'v1', name, uid: secret.metadata.uid };
      const request = { spec: { boundObjectRef: bound } };
      const path = '/api/v1/namespaces/default/serviceaccounts/default/token';
      const { status } = await client.expect('POST', path, request);
      // A token ends with what it is bound to.
      await client.expect('DELETE', `${secrets}/${name}`);
      const answer = () => probe({ caCertFile, oauthToken: status.token }).then(result => JSON.stringify(result));
      await expect.poll(answer, { timeout: 20_000 }).toMatch(/Unauthorized.*may have expired/);
    });
  });

  test('the service account of a pod: its token is read again when it was refused', async () => {
    file('token', 'outdated');
    file('ca.crt', own.authority);
    file('namespace', 'team\n');
    const environment = { KUBERNETES_SERVICE_HOST: own.server.hostname, KUBERNETES_SERVICE_PORT: own.server.port };
    const access = await findAccess(environment, folder);
    expect(access.namespace).toBe('team');
    const connection = new Connection(access);
    await expect(connection.call('GET', '/api/v1/namespaces')).rejects.toThrow('Unauthorized');
    file('token', `${token}\n`);
    expect(await connection.call('GET', '/api/v1/namespaces')).toMatchObject({ kind: 'NamespaceList' });
  });

  test('a credential plug-in of a kubeconfig: it is told of the cluster, and asked anew when its token was refused', async () => {
    const calls = file('calls', '');
    const plugin = file(
      'plugin',
      `#!/bin/sh\necho "$KUBERNETES_EXEC_INFO" >> ${calls}\n[ "$(wc -l < ${calls})" -gt 1 ] && t=${token} || t=outdated\nprintf '{"status":{"token":"%s"}}' $t\n`,
    );
    chmodSync(plugin, 0o755);
    const config = parse(readFileSync(kubeconfig, 'utf8'));
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: './plugin', provideClusterInfo: true };
    config.users[0].user = { exec };
    const path = file('config', stringify(config));
    const connection = new Connection(await findAccess({ KUBECONFIG: path, PATH: process.env.PATH }));
    expect(await connection.call('GET', '/api/v1/namespaces')).toMatchObject({ kind: 'NamespaceList' });
    const told = readFileSync(calls, 'utf8').trim().split('\n');
    expect(told).toHaveLength(2);
    expect(JSON.parse(told[0] ?? '').spec.cluster).toMatchObject({ server: expect.stringContaining(own.server.host) });
  });
}
