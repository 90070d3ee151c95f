/** The runner's `config` property as access to a cluster. It starts from nothing: no kubeconfig is mixed in. */
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { PropertyReader } from '../../property-reader.ts';
import type { TokenSource } from '../../token-source.ts';
import type { ClusterAccess } from '../client/access.ts';
import { AccessError, TokenError } from '../client/errors.ts';
import { fileContent, pemOf } from './credential-data.ts';
import { keyStore, trustStore } from './key-stores.ts';

/** @throws AccessError in the user's words */
export async function accessFromProperties(read: PropertyReader, source?: TokenSource): Promise<ClusterAccess> {
  const apiVersion = read.text('apiVersion');
  if (apiVersion !== undefined && apiVersion !== 'v1') {
    throw new AccessError(`taskRunner.config.apiVersion: "${apiVersion}" is not known. Remove the property.`);
  }
  if (read.raw('oauthTokenProvider') !== undefined) {
    throw new AccessError(
      'taskRunner.config.oauthTokenProvider must be written in the flow as a map with task and output: its task runs along with a task of the flow.',
    );
  }
  const [ca, cert, key] = await Promise.all([
    pem(read, 'caCertData', 'caCertFile'),
    pem(read, 'clientCertData', 'clientCertFile'),
    pem(read, 'clientKeyData', 'clientKeyFile'),
  ]);
  const stores = { pfx: await keyStore(read), trust: await trustStore(read) };
  if ((cert === undefined) !== (key === undefined)) {
    const [there, missing] = cert ? ['clientCert', 'clientKey'] : ['clientKey', 'clientCert'];
    throw new AccessError(`taskRunner.config: ${there} is given without ${missing}. Both are needed.`);
  }
  const keyPassphrase = read.text('clientKeyPassphrase');
  const storePassphrase = read.text('keyStorePassphrase');
  const passphrase = stores.pfx ? storePassphrase : keyPassphrase;
  if (stores.pfx) checkClientKey('keyStoreFile', { pfx: stores.pfx, ...(passphrase !== undefined && { passphrase }) });
  if (cert && key) checkClientKey('clientKey', { cert, key, ...(passphrase !== undefined && { passphrase }) });
  const token = read.text('oauthToken');
  const [username, password] = [read.text('username'), read.text('password')];
  const trusted = stores.trust ?? ca;
  const namespace = read.text('namespace');
  return {
    server: serverUrl(read.text('masterUrl') ?? 'https://kubernetes.default.svc'),
    ...(trusted && { ca: trusted }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(stores.pfx && { pfx: stores.pfx }),
    ...(passphrase !== undefined && { passphrase }),
    trustAny: read.boolean('trustCerts', false),
    checkHostName: !read.boolean('disableHostnameVerification', false),
    ...(source ? { token: fresh => tokenOf(source, fresh) } : token !== undefined && { token: async () => token }),
    // A user name without a password is only a label, as in the flows that were copied from a kubeconfig.
    ...(username !== undefined && password !== undefined && { basic: `${username}:${password}` }),
    ...(namespace !== undefined && { namespace }),
    origin: 'the config property of the task runner',
  };
}

async function tokenOf(source: TokenSource, fresh: boolean): Promise<string> {
  try {
    return await source.get(fresh);
  } catch (error) {
    throw new TokenError((error as Error).message, { cause: error });
  }
}

function serverUrl(text: string): URL {
  const url = URL.parse(text.includes('://') ? text : `https://${text}`);
  if (url && ['https:', 'http:'].includes(url.protocol)) return url;
  throw new AccessError(
    `taskRunner.config.masterUrl: "${text}" is no address. Write it as in a kubeconfig's server, such as https://10.0.0.1:6443.`,
  );
}

async function pem(read: PropertyReader, data: string, file: string): Promise<Buffer | undefined> {
  const inline = read.text(data);
  if (inline !== undefined) return pemOf(`taskRunner.config.${data}`, inline);
  const path = read.text(file);
  if (path === undefined) return undefined;
  const content = await fileContent(`taskRunner.config.${file}`, path);
  return pemOf(`taskRunner.config.${file} (${path})`, content.toString('latin1'));
}

/** What TLS would only say in the middle of a connection. */
function checkClientKey(property: string, material: SecureContextOptions): void {
  try {
    createSecureContext(material);
  } catch (error) {
    const { message } = error as Error;
    const whatToDo = /unsupported/i.test(message)
      ? 'It is encrypted with a cipher of the past: write it anew with openssl pkcs12 -legacy, then openssl pkcs12 -export.'
      : 'Check the passphrase, and that certificate and key belong together.';
    throw new AccessError(`taskRunner.config.${property} cannot be used: ${message}. ${whatToDo}`);
  }
}
