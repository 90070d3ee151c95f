/** Key and trust stores as OpenSSL and Java's keytool write them. 5 s with keytool. */
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ValueMap } from '../../src/model/value.ts';
import { accessFromProperties } from '../../src/runners/kubernetes/connection/from-properties.ts';
import { PropertyReader } from '../../src/runners/property-reader.ts';

const folder = mkdtempSync(join(tmpdir(), 'windlass-stores-'));
const file = (name: string) => join(folder, name);
const access = (map: ValueMap) => accessFromProperties(new PropertyReader(map, 'config.'));
const program = (name: string, ...args: string[]) => execFileSync(name, args, { cwd: folder, stdio: 'pipe' });
const exported = (name: string, ...args: string[]) =>
  program('openssl', 'pkcs12', '-export', '-out', name, '-passout', 'pass:secret', ...args);
const hasKeytool = (() => {
  try {
    program('keytool', '-help');
    return true;
  } catch {
    return false;
  }
})();

beforeAll(() => {
  for (const name of ['one', 'two']) {
    const made = ['-newkey', 'rsa:2048', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.pem`];
    program('openssl', 'req', '-x509', ...made, '-subj', `/CN=${name}`, '-days', '2');
  }
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'curve.key'];
  program('openssl', 'req', '-x509', ...curve, '-out', 'curve.pem', '-subj', '/CN=curve', '-days', '2');
  exported('curve.p12', '-nokeys', '-in', 'curve.pem');
  program('sh', '-c', 'cat one.pem two.pem > both.pem');
  program('openssl', 'rsa', '-in', 'one.key', '-aes256', '-passout', 'pass:secret', '-out', 'locked.key');
  exported('keys.p12', '-inkey', 'one.key', '-in', 'one.pem');
  exported('trust.p12', '-nokeys', '-in', 'both.pem');
  exported('trust-des.p12', '-nokeys', '-in', 'both.pem', '-certpbe', 'PBE-SHA1-3DES', '-macalg', 'sha1');
  exported('trust-old.p12', '-nokeys', '-in', 'both.pem', '-legacy');
  exported('keys-old.p12', '-inkey', 'one.key', '-in', 'one.pem', '-legacy');
  program('sh', '-c', 'head -c 900 trust.p12 > cut.p12');
  exported('empty.p12', '-nocerts', '-inkey', 'one.key');
});
afterAll(() => rmSync(folder, { recursive: true }));

const subjects = (pem: string | Buffer | undefined) =>
  (String(pem).match(/-----BEGIN[\s\S]*?-----END CERTIFICATE-----/g) ?? []).map(
    one => new X509Certificate(one).subject,
  );

describe('a trust store', () => {
  test.for(['trust.p12', 'trust-des.p12', 'trust-old.p12'])('%s gives its certificates', async name => {
    const { ca } = await access({ trustStoreFile: file(name), trustStorePassphrase: 'secret' });
    expect(subjects(ca)).toEqual(['CN=one', 'CN=two']);
  });

  test('gives certificates of elliptic curves too', async () => {
    const { ca } = await access({ trustStoreFile: file('curve.p12'), trustStorePassphrase: 'secret' });
    expect(subjects(ca)).toEqual(['CN=curve']);
  });

  test('PEM needs no passphrase, and goes before caCertData', async () => {
    const { ca } = await access({ trustStoreFile: file('both.pem'), caCertFile: file('one.pem') });
    expect(subjects(ca)).toEqual(['CN=one', 'CN=two']);
  });

  test.runIf(hasKeytool)('of Java: PKCS#12 is read, JKS is refused with how to convert it', async () => {
    const into = (store: string, type: string) =>
      program(
        'keytool',
        ...['-importcert', '-noprompt', '-file', 'one.pem', '-alias', 'one'],
        ...['-keystore', store, '-storetype', type, '-storepass', 'secret'],
      );
    into('java.p12', 'PKCS12');
    const { ca } = await access({ trustStoreFile: file('java.p12'), trustStorePassphrase: 'secret' });
    expect(subjects(ca)).toEqual(['CN=one']);
    into('java.jks', 'JKS');
    await expect(access({ trustStoreFile: file('java.jks') })).rejects.toThrow(/JKS.*keytool -importkeystore/);
  });

  test.for<[string, ValueMap, RegExp]>([
    ['another passphrase', { trustStorePassphrase: 'other' }, /trust\.p12 cannot be read: wrong passphrase/],
    ['no passphrase', {}, /trust\.p12 cannot be read.*trustStorePassphrase/],
    ['no certificate in it', { trustStoreFile: 'empty.p12', trustStorePassphrase: 'secret' }, /holds no certificate/],
    ['a part of a store', { trustStoreFile: 'cut.p12', trustStorePassphrase: 'secret' }, /cut\.p12 cannot be read/],
    ['no file', { trustStoreFile: 'none.p12' }, /trustStoreFile: the file .*none\.p12 cannot be read/],
  ])('with %s is refused in words', async ([, map, words]) => {
    const name = String(map.trustStoreFile ?? 'trust.p12');
    await expect(access({ ...map, trustStoreFile: file(name) })).rejects.toThrow(words);
  });
});

describe('a key store', () => {
  test('is handed to TLS with its passphrase', async () => {
    const found = await access({ keyStoreFile: file('keys.p12'), keyStorePassphrase: 'secret' });
    expect(found.pfx?.length).toBeGreaterThan(1000);
    expect(found.passphrase).toBe('secret');
  });

  test('so are certificate and key as a kubeconfig has them, whatever their white space', async () => {
    const base64 = readFileSync(file('one.pem')).toString('base64').replace(/.{30}/g, '$&\n  ');
    const found = await access({ clientCertData: base64, clientKeyData: readFileSync(file('one.key'), 'utf8') });
    expect(subjects(found.cert)).toEqual(['CN=one']);
  });

  test('so is a key in PEM with a passphrase', async () => {
    const found = await access({
      clientCertFile: file('one.pem'),
      clientKeyFile: file('locked.key'),
      clientKeyPassphrase: 'secret',
      clientKeyAlgo: 'RSA',
    });
    expect(found.passphrase).toBe('secret');
  });

  test.for<[string, ValueMap, RegExp]>([
    [
      'another passphrase',
      { keyStoreFile: 'keys.p12', keyStorePassphrase: 'x' },
      /keyStoreFile cannot be used.*passphrase/,
    ],
    ['a cipher of the past', { keyStoreFile: 'keys-old.p12', keyStorePassphrase: 'secret' }, /openssl pkcs12 -legacy/],
    ['no key in it', { keyStoreFile: 'trust.p12', keyStorePassphrase: 'secret' }, /keyStoreFile cannot be used/],
    [
      'a key of another certificate',
      { clientCertFile: 'two.pem', clientKeyFile: 'one.key' },
      /clientKey cannot be used/,
    ],
    [
      'a key with another passphrase',
      { clientCertFile: 'one.pem', clientKeyFile: 'locked.key', clientKeyPassphrase: 'x' },
      /clientKey cannot be used.*passphrase/,
    ],
  ])('with %s is refused in words', async ([, map, words]) => {
    const paths = Object.entries(map).map(([key, value]) => [key, key.endsWith('File') ? file(String(value)) : value]);
    await expect(access(Object.fromEntries(paths))).rejects.toThrow(words);
  });
});
