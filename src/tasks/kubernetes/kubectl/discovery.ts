/** Which resource of the API a word means, as kubectl finds it (https://kubernetes.io/docs/reference/using-api/api-concepts/). */
import type { Connection } from '../../../runners/kubernetes/client/connection.ts';
import { TaskError } from '../../task-type.ts';

/** One kind of object, with where it is served. */
export interface Resource {
  readonly kind: string;
  /** `v1`, or `group/version`. */
  readonly apiVersion: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

interface Served {
  readonly name: string;
  readonly singularName: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames?: readonly string[];
}

/** @param type plural, singular or short name, or kind, in any case @param group absent: any @throws TaskError, ApiError */
export async function findResource(
  connection: Connection,
  type: string,
  group: string | undefined,
  version: string | undefined,
): Promise<Resource> {
  const word = type.toLowerCase();
  const named = ({ name, singularName, kind, shortNames = [] }: Served) =>
    [name, singularName, kind.toLowerCase(), ...shortNames].includes(word);
  for await (const apiVersion of versions(connection, group, version)) {
    const found = (await servedBy(connection, apiVersion)).find(named);
    if (found) return asResource(found, apiVersion);
  }
  const where = group === undefined ? '' : ` in the group ${group}`;
  throw new TaskError(
    `The cluster knows no resource "${type}"${where}. kubectl api-resources lists what there is; apiGroup and apiVersion say which of several is meant.`,
  );
}

/** @throws TaskError, ApiError */
export async function resourceOfKind(connection: Connection, apiVersion: string, kind: string): Promise<Resource> {
  const found = (await servedBy(connection, apiVersion)).find(served => served.kind === kind);
  if (found) return asResource(found, apiVersion);
  throw new TaskError(`The cluster knows no kind ${kind} in ${apiVersion}. kubectl api-resources lists what there is.`);
}

/** Of a collection; with a name, of one object. */
export function resourcePath(resource: Resource, namespace: string, name?: string): string {
  const parts = [
    ...(resource.namespaced ? ['namespaces', namespace] : []),
    resource.plural,
    ...(name === undefined ? [] : [name]),
  ];
  return `${versionPath(resource.apiVersion)}/${parts.map(encodeURIComponent).join('/')}`;
}

function versionPath(apiVersion: string): string {
  const parts = apiVersion.split('/').map(encodeURIComponent).join('/');
  return apiVersion.includes('/') ? `/apis/${parts}` : `/api/${parts}`;
}

/** The core group first, as kubectl has it; then each other's preferred version. */
async function* versions(
  connection: Connection,
  group: string | undefined,
  version: string | undefined,
): AsyncGenerator<string> {
  if (group !== undefined && group !== '') {
    yield `${group}/${version ?? 'v1'}`;
    return;
  }
  yield version ?? 'v1';
  if (group === '') return;
  const { groups } = await connection.call<{
    readonly groups: readonly { readonly preferredVersion: { readonly groupVersion: string } }[];
  }>('GET', '/apis');
  for (const { preferredVersion } of groups) yield preferredVersion.groupVersion;
}

/** Without parts of others, such as pods/log. Empty when there is no such version. */
async function servedBy(connection: Connection, apiVersion: string): Promise<readonly Served[]> {
  try {
    const list = await connection.call<{ readonly resources: readonly Served[] }>('GET', versionPath(apiVersion));
    return list.resources.filter(({ name }) => !name.includes('/'));
  } catch (error) {
    const { ApiError } = await import('../../../runners/kubernetes/client/errors.ts');
    if (error instanceof ApiError && error.status === 404) return [];
    throw error;
  }
}

function asResource({ kind, name, namespaced }: Served, apiVersion: string): Resource {
  return { kind, apiVersion, plural: name, namespaced };
}
