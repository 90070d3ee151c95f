/** Where the engine is: the `host` property, the environment, the Docker context, then the usual sockets. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Endpoint {
  /** As a user would write it; the host's name of an engine, and the key under which its connection is kept. */
  readonly text: string;
  readonly socketPath?: string;
  readonly host?: string;
  readonly port?: number;
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string; readonly insecure: boolean };
}

/** The address cannot be used; the message says why and what to write. */
export class EndpointError extends Error {}

interface Found {
  readonly address: string;
  /** Folder with `ca.pem`, `cert.pem` and `key.pem`. */
  readonly certificates?: string;
  readonly insecure?: boolean;
}

/**
 * Finds the engine's address. Kestra looks at the `host` property, `/var/run/docker.sock` and `/dind/docker.sock`;
 * what people expect of `docker` itself (DOCKER_HOST, contexts, rootless and Podman sockets) stands between these.
 * @throws EndpointError
 */
export function findEndpoint(host: string | undefined, env: Environment): Endpoint {
  const fromEnvironment = (address: string): Found => ({
    address,
    ...(env.DOCKER_TLS_VERIFY && { certificates: env.DOCKER_CERT_PATH ?? dockerFolder(env) }),
  });
  if (host) return read(fromEnvironment(host));
  if (env.DOCKER_HOST) return read(fromEnvironment(env.DOCKER_HOST));
  const context = currentContext(env);
  if (context) return read(context);
  const sockets = usualSockets(env);
  return read({ address: `unix://${sockets.find(path => existsSync(path)) ?? '/var/run/docker.sock'}` });
}

/** Sockets that are looked for when nothing names one. */
export function usualSockets(env: Environment): string[] {
  const user = env.XDG_RUNTIME_DIR;
  return [
    '/var/run/docker.sock',
    ...(user ? [join(user, 'docker.sock')] : []),
    join(env.HOME ?? homedir(), '.docker/run/docker.sock'),
    ...(user ? [join(user, 'podman/podman.sock')] : []),
    '/run/podman/podman.sock',
    '/dind/docker.sock',
  ];
}

/** Where Docker's own configuration is: DOCKER_CONFIG or `~/.docker`. */
export function dockerFolder(env: Environment): string {
  return env.DOCKER_CONFIG || join(env.HOME ?? homedir(), '.docker');
}

function read({ address, certificates, insecure = false }: Found): Endpoint {
  const [, scheme = '', rest = ''] = /^([a-z]+):\/\/(.*)$/i.exec(address) ?? [];
  if (scheme === 'unix') return { text: address, socketPath: rest.startsWith('/') ? rest : `/${rest}` };
  if (scheme === '' && address.startsWith('/')) return { text: `unix://${address}`, socketPath: address };
  if (!['tcp', 'http', 'https'].includes(scheme)) {
    const known = scheme === 'ssh' || scheme === 'npipe' ? `${scheme}:// is not supported` : 'it is no address';
    throw new EndpointError(
      `The Docker host "${address}" cannot be used: ${known}. Write unix:///path/to/docker.sock or tcp://host:2375.`,
    );
  }
  const url = URL.parse(`http://${rest}`);
  if (!url?.hostname) throw new EndpointError(`The Docker host "${address}" names no host. Write tcp://host:2375.`);
  const tls = certificates !== undefined || scheme === 'https';
  return {
    text: address,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || (tls ? 2376 : 2375)),
    ...(tls && { tls: { ...(certificates !== undefined && readCertificates(certificates)), insecure } }),
  };
}

function readCertificates(folder: string): { ca?: string; cert?: string; key?: string } {
  const files: Record<string, string> = {};
  for (const name of ['ca', 'cert', 'key']) {
    const path = join(folder, `${name}.pem`);
    if (existsSync(path)) files[name] = readFileSync(path, 'utf8');
  }
  return files;
}

interface ContextMeta {
  readonly Endpoints?: { readonly docker?: { readonly Host?: string; readonly SkipTLSVerify?: boolean } };
}

/** The context chosen by `docker context use` or DOCKER_CONTEXT, in the layout that Docker's CLI keeps. */
function currentContext(env: Environment): Found | undefined {
  const folder = dockerFolder(env);
  const name = env.DOCKER_CONTEXT || readJson<{ currentContext?: string }>(join(folder, 'config.json'))?.currentContext;
  if (!name || name === 'default') return undefined;
  const id = createHash('sha256').update(name).digest('hex');
  const docker = readJson<ContextMeta>(join(folder, 'contexts/meta', id, 'meta.json'))?.Endpoints?.docker;
  if (!docker?.Host) {
    throw new EndpointError(
      `The Docker context "${name}" is not in ${folder}. Choose another by "docker context use", or set DOCKER_HOST.`,
    );
  }
  const certificates = join(folder, 'contexts/tls', id, 'docker');
  return {
    address: docker.Host,
    insecure: docker.SkipTLSVerify === true,
    ...(existsSync(certificates) && { certificates }),
  };
}

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    // Absent or damaged: Docker's CLI goes on without it, and so do we.
    return undefined;
  }
}
