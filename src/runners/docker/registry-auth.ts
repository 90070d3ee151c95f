/** Credentials for a registry, in memory only: from `credentials`, `config`, or the user's own Docker configuration. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMap, type Value, type ValueMap } from '../../model/value.ts';
import { dockerFolder, type Environment } from './client/endpoint.ts';
import { parseImageName } from './client/image-name.ts';
import { askCredentialHelper } from './credential-helper.ts';
import type { Credentials, Settings } from './settings.ts';

/** Docker Hub's name in every Docker configuration. */
const dockerHub = 'https://index.docker.io/v1/';

/**
 * The `X-Registry-Auth` header for pulling an image; undefined when there are no credentials for its registry.
 * @throws Error when a credential helper fails, with its own words
 */
export async function registryAuth(image: string, settings: Settings, env: Environment): Promise<string | undefined> {
  const { registry } = parseImageName(image);
  const { credentials } = settings;
  if (credentials && isSameRegistry(credentials.registry ?? registry, registry)) return encode(credentials, registry);
  const config = settings.registryConfig ?? (await userConfig(env));
  const helper = helperFor(config, registry);
  if (helper !== undefined) {
    const given = await askCredentialHelper(helper, registry === 'docker.io' ? dockerHub : registry, env);
    if (given) return encode(given, registry);
  }
  const entry = Object.entries(mapOf(config.auths)).find(([key]) => isSameRegistry(key, registry))?.[1];
  if (!isMap(entry)) return undefined;
  const text = (name: string) => (typeof entry[name] === 'string' && entry[name] !== '' ? { [name]: entry[name] } : {});
  const read: Credentials = {
    ...text('username'),
    ...text('password'),
    ...text('auth'),
    ...renamed(entry.identitytoken, 'identityToken'),
    ...renamed(entry.registrytoken, 'registryToken'),
  };
  return Object.keys(read).length === 0 ? undefined : encode(read, registry);
}

function renamed(value: Value | undefined, name: keyof Credentials): Partial<Credentials> {
  return typeof value === 'string' && value !== '' ? { [name]: value } : {};
}

function mapOf(value: Value | undefined): ValueMap {
  return isMap(value) ? value : {};
}

function helperFor(config: ValueMap, registry: string): string | undefined {
  const helpers = Object.entries(mapOf(config.credHelpers));
  const chosen = helpers.find(([key]) => isSameRegistry(key, registry))?.[1] ?? config.credsStore;
  return typeof chosen === 'string' && chosen !== '' ? chosen : undefined;
}

async function userConfig(env: Environment): Promise<ValueMap> {
  try {
    const read = JSON.parse(await readFile(join(dockerFolder(env), 'config.json'), 'utf8')) as Value;
    return mapOf(read);
  } catch {
    // Absent or damaged: pulls go on without credentials, as Docker's own do.
    return {};
  }
}

/** Docker Hub has many spellings; other registries differ in scheme, path and closing slash. */
function isSameRegistry(written: string, registry: string): boolean {
  const host = written.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  const isHub = (name: string) =>
    /^((registry-1|index|registry|www)\.)?docker\.io$|^registry-1\.docker\.io$/.test(name);
  return host === registry || (isHub(host) && isHub(registry));
}

/** https://docs.docker.com/reference/api/engine/version/v1.51/#section/Authentication: base64url of a JSON document. */
function encode(credentials: Credentials, registry: string): string {
  const { identityToken, registryToken, auth } = credentials;
  const [, user, secret] =
    auth === undefined ? [] : (/^([^:]*):(.*)$/s.exec(Buffer.from(auth, 'base64').toString()) ?? []);
  const username = credentials.username ?? user;
  const password = credentials.password ?? secret;
  const serveraddress = registry === 'docker.io' ? dockerHub : registry;
  const document = {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(identityToken !== undefined && { identitytoken: identityToken }),
    ...(registryToken !== undefined && { registrytoken: registryToken }),
    serveraddress,
  };
  return Buffer.from(JSON.stringify(document)).toString('base64url');
}
