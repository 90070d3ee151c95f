/** Credentials for a registry, in memory only: from `credentials`, `config`, or the user's own Docker configuration. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ValueMap } from '../../model/value.ts';
import { PropertyReader } from '../property-reader.ts';
import { dockerFolder, type Environment } from './client/endpoint.ts';
import { parseImageName } from './client/image-name.ts';
import { askCredentialHelper } from './credential-helper.ts';
import { type Credentials, type RegistryConfig, readRegistryConfig } from './registry-config.ts';
import type { Settings } from './settings.ts';

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
  const helper = forRegistry(config.credHelpers, registry) ?? config.credsStore;
  if (helper !== undefined) {
    const given = await askCredentialHelper(helper, registry === 'docker.io' ? dockerHub : registry, env);
    if (given) return encode(given, registry);
  }
  const entry = forRegistry(config.auths, registry);
  return entry && encode(entry, registry);
}

/** That the task's credentials are for another registry than the image's, which happens by a slip; else nothing. */
export function strayCredentials(image: string, { credentials }: Settings): string {
  const { registry } = parseImageName(image);
  if (credentials?.registry === undefined || isSameRegistry(credentials.registry, registry)) return '';
  return `; taskRunner.credentials are for ${credentials.registry}, not for ${registry}`;
}

function forRegistry<T>(byRegistry: Readonly<Record<string, T>>, registry: string): T | undefined {
  return Object.entries(byRegistry).find(([key]) => isSameRegistry(key, registry))?.[1];
}

async function userConfig(env: Environment): Promise<RegistryConfig> {
  try {
    const read = JSON.parse(await readFile(join(dockerFolder(env), 'config.json'), 'utf8')) as ValueMap;
    return readRegistryConfig(new PropertyReader(read));
  } catch {
    // Absent or damaged: pulls go on without credentials, as Docker's own do.
    return { auths: {}, credHelpers: {} };
  }
}

/** Docker Hub has many spellings; other registries differ in scheme, path and closing slash. */
function isSameRegistry(written: string, registry: string): boolean {
  const host = written.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  const isHub = (name: string) => /^((registry-1|index|registry|www)\.)?docker\.io$/.test(name);
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
