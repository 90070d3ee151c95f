/** Key and trust stores of the `config` property: PKCS#12, as Java writes it since version 9. */
import type { PropertyReader } from '../../property-reader.ts';
import { AccessError } from '../client/errors.ts';
import { fileContent, isJks } from './credential-data.ts';
import { pkcs12Certificates } from './pkcs12.ts';

/** The file with the client's certificate and key. @throws AccessError */
export async function keyStore(read: PropertyReader): Promise<Buffer | undefined> {
  const path = read.text('keyStoreFile');
  if (path === undefined) return undefined;
  const content = await fileContent('taskRunner.config.keyStoreFile', path);
  refuseJks('keyStoreFile', path, content);
  return content;
}

/** The certificates that are trusted, as PEM. @throws AccessError */
export async function trustStore(read: PropertyReader): Promise<Buffer | undefined> {
  const path = read.text('trustStoreFile');
  if (path === undefined) return undefined;
  const content = await fileContent('taskRunner.config.trustStoreFile', path);
  if (content.includes('-----BEGIN')) return content;
  refuseJks('trustStoreFile', path, content);
  const certificates = await certificatesOf(path, content, read.text('trustStorePassphrase') ?? '');
  if (certificates.length === 0) {
    throw new AccessError(`taskRunner.config.trustStoreFile: ${path} holds no certificate.`);
  }
  return Buffer.from(certificates.join(''));
}

async function certificatesOf(path: string, content: Buffer, passphrase: string): Promise<string[]> {
  try {
    return await pkcs12Certificates(content, passphrase);
  } catch {
    throw new AccessError(
      `taskRunner.config.trustStoreFile: ${path} cannot be read: wrong passphrase, or no key store. Check trustStorePassphrase, and that it is PKCS#12 or PEM.`,
    );
  }
}

function refuseJks(property: string, path: string, content: Buffer): void {
  if (!isJks(content)) return;
  throw new AccessError(
    `taskRunner.config.${property}: ${path} is a Java key store (JKS). Convert it: keytool -importkeystore -srckeystore ${path} -destkeystore store.p12 -deststoretype PKCS12`,
  );
}
