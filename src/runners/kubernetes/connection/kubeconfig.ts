/** Kubeconfig files as access to a cluster (https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/). */
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import type { ClusterAccess, TokenSource } from '../client/access.ts';
import { AccessError } from '../client/errors.ts';
import { fileContent, pemOf } from './credential-data.ts';
import { type ExecPlugin, execCredentials } from './exec-credential.ts';

type Section = Readonly<Record<string, unknown>>;

/** One named entry with the folder of its file: paths in it are relative to that. */
interface Entry {
  readonly section: Section;
  readonly folder: string;
}

/**
 * The current context of the files; the first file that names something wins.
 * @throws AccessError in the user's words
 */
export async function accessFromKubeconfig(
  paths: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<ClusterAccess> {
  const files = await Promise.all(paths.map(readKubeconfig));
  const there = files.filter(file => file !== undefined);
  const origin = `the kubeconfig ${paths.join(', ')}`;
  if (there.length === 0) throw new AccessError(`${origin} is not there. Set KUBECONFIG to one that is, or unset it.`);
  const current = there.map(file => file.config['current-context']).find(name => typeof name === 'string' && name);
  if (typeof current !== 'string') {
    throw new AccessError(`${origin} has no current context. Choose one: kubectl config use-context NAME`);
  }
  const named = (list: string, part: string, name: unknown): Entry => {
    for (const { config, folder } of there) {
      const entries = Array.isArray(config[list]) ? (config[list] as Section[]) : [];
      const section = entries.find(entry => entry.name === name)?.[part];
      if (section) return { section: section as Section, folder };
    }
    throw new AccessError(`${origin} has no entry "${String(name)}" in ${list}.`);
  };
  const context = named('contexts', 'context', current);
  const cluster = named('clusters', 'cluster', context.section.cluster);
  const user = context.section.user ? named('users', 'user', context.section.user) : { section: {}, folder: '' };
  return { ...(await accessOf(cluster, user, environment)), ...namespaceOf(context.section), origin };
}

async function accessOf(
  cluster: Entry,
  user: Entry,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Omit<ClusterAccess, 'origin'>> {
  const server = URL.parse(String(cluster.section.server));
  if (!server) throw new AccessError(`The kubeconfig's server "${String(cluster.section.server)}" is no address.`);
  for (const [what, section] of [
    ['proxy-url', cluster.section],
    ['auth-provider', user.section],
  ] as const) {
    if (section[what]) throw new AccessError(`The kubeconfig uses ${what}, which Windlass does not know.`);
  }
  const [ca, cert, key] = await Promise.all([
    blob(cluster, 'certificate-authority'),
    blob(user, 'client-certificate'),
    blob(user, 'client-key'),
  ]);
  const plugin = user.section.exec
    ? await execCredentials(user.section.exec as unknown as ExecPlugin, user.folder, environment, {
        server: String(cluster.section.server),
        ...(ca && { ca }),
      })
    : undefined;
  const token = plugin?.token ?? tokenOf(user);
  const { username, password } = user.section;
  const serverName = cluster.section['tls-server-name'];
  return {
    server,
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(plugin?.cert !== undefined && { cert: plugin.cert }),
    ...(plugin?.key !== undefined && { key: plugin.key }),
    trustAny: cluster.section['insecure-skip-tls-verify'] === true,
    checkHostName: true,
    ...(typeof serverName === 'string' && { serverName }),
    ...(token && { token }),
    ...(typeof username === 'string' && typeof password === 'string' && { basic: `${username}:${password}` }),
  };
}

function namespaceOf({ namespace }: Section): { namespace?: string } {
  return typeof namespace === 'string' && namespace !== '' ? { namespace } : {};
}

function tokenOf({ section, folder }: Entry): TokenSource | undefined {
  const { token, tokenFile } = section;
  if (typeof tokenFile === 'string') {
    const path = resolve(folder, tokenFile);
    return async () => (await fileContent('tokenFile', path)).toString('utf8').trim();
  }
  return typeof token === 'string' ? async () => token : undefined;
}

async function blob({ section, folder }: Entry, key: string): Promise<Buffer | undefined> {
  const inline = section[`${key}-data`];
  if (typeof inline === 'string') return pemOf(`${key}-data`, inline);
  const path = section[key];
  return typeof path === 'string' ? fileContent(key, resolve(folder, path)) : undefined;
}

async function readKubeconfig(path: string): Promise<{ config: Section; folder: string } | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new AccessError(`The kubeconfig ${path} cannot be read: ${(error as Error).message}`);
  }
  try {
    const config: unknown = parse(text);
    if (typeof config === 'object' && config !== null) return { config: config as Section, folder: dirname(path) };
  } catch (error) {
    throw new AccessError(`The kubeconfig ${path} is no YAML: ${(error as Error).message}`);
  }
  throw new AccessError(`The kubeconfig ${path} is empty.`);
}
