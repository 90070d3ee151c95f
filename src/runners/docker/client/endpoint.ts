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

/** The address, or what belongs to it, cannot be used. */
export class EndpointError extends Error {
  readonly whatToDo: string;

  constructor(why: string, whatToDo: string) {
    super(why);
    this.whatToDo = whatToDo;
  }
}

interface Found {
  readonly address: string;
  /** Where it stands, for people. */
  readonly from: string;
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
  const withEnvironment = (address: string, from: string): Found => ({
    address,
    from,
    ...(env.DOCKER_TLS_VERIFY && { certificates: env.DOCKER_CERT_PATH ?? dockerFolder(env) }),
  });
  if (host) return read(withEnvironment(host, 'taskRunner.host'));
  if (env.DOCKER_HOST) return read(withEnvironment(env.DOCKER_HOST, 'DOCKER_HOST'));
  const context = currentContext(env);
  if (context) return read(context);
  const sockets = usualSockets(env);
  const found = sockets.find(path => existsSync(path)) ?? '/var/run/docker.sock';
  return read({ address: `unix://${found}`, from: 'the usual socket' });
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

function read({ address, from, certificates, insecure = false }: Found): Endpoint {
  const [, written = '', rest = ''] = /^([a-z]+):\/\/(.*)$/i.exec(address) ?? [];
  const scheme = written.toLowerCase();
  if (scheme === 'unix' || address.startsWith('/')) {
    const path = scheme === 'unix' ? rest.replace(/^(?!\/)/, '/') : address;
    if (path !== '/') return { text: `unix://${path}`, socketPath: path };
  }
  // A name and a password in it serve nothing here, and what is shown must not hold them.
  const text = address.replace(/\/\/[^/@]*@/, '//');
  const refuse = (why: string) =>
    new EndpointError(
      `${from} "${text}" cannot be used: ${why}.`,
      'Write unix:///path/to/docker.sock or tcp://host:2375.',
    );
  if (scheme === 'ssh' || scheme === 'npipe') throw refuse(`${scheme}:// is not supported`);
  const url = ['tcp', 'http', 'https'].includes(scheme) ? URL.parse(`http://${rest}`) : undefined;
  if (!url?.hostname) throw refuse('it is no address of an engine');
  const tls = certificates !== undefined || scheme === 'https';
  return {
    text,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || (tls ? 2376 : 2375)),
    ...(tls && { tls: { ...(certificates !== undefined && readCertificates(certificates)), insecure } }),
  };
}

/** What of them is there; an engine may want none of a client. @throws EndpointError for what cannot be read */
function readCertificates(folder: string): { ca?: string; cert?: string; key?: string } {
  const files: Record<string, string> = {};
  for (const name of ['ca', 'cert', 'key']) {
    const path = join(folder, `${name}.pem`);
    if (!existsSync(path)) continue;
    try {
      files[name] = readFileSync(path, 'utf8');
    } catch (error) {
      throw new EndpointError(`${path} cannot be read: ${(error as Error).message}.`, 'Mend it, or its permissions.');
    }
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
      `The Docker context "${name}" is not in ${folder}.`,
      'Choose another by "docker context use", or set DOCKER_HOST.',
    );
  }
  const certificates = join(folder, 'contexts/tls', id, 'docker');
  return {
    address: docker.Host,
    from: `The Docker context "${name}", host`,
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
