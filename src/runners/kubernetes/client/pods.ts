/** The calls for pods and the parts of their objects that are looked at (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/). */
import type { Connection } from './connection.ts';

export interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: { readonly startedAt?: string };
  readonly terminated?: {
    readonly exitCode: number;
    readonly signal?: number;
    readonly reason?: string;
    readonly message?: string;
    readonly startedAt?: string;
    readonly finishedAt?: string;
  };
}

export interface ContainerStatus {
  readonly name: string;
  readonly state?: ContainerState;
  readonly restartCount?: number;
}

export interface PodCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface PodStatus {
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  readonly reason?: string;
  readonly message?: string;
  readonly startTime?: string;
  readonly conditions?: readonly PodCondition[];
  readonly containerStatuses?: readonly ContainerStatus[];
  readonly initContainerStatuses?: readonly ContainerStatus[];
}

interface ContainerSpec {
  readonly name: string;
  readonly env?: readonly { readonly name: string }[];
}

export interface PodObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly creationTimestamp?: string;
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly nodeName?: string;
    readonly shareProcessNamespace?: boolean;
    readonly containers?: readonly ContainerSpec[];
    readonly initContainers?: readonly ContainerSpec[];
  };
  readonly status?: PodStatus;
}

/**
 * The same pod with what is looked at alone: a worker holds thousands, and a pod as the server gives it, with the
 * record of who changed what, takes 14 KB.
 */
export function lookedAt({ metadata, spec = {}, status = {} }: PodObject): PodObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp, labels } = metadata;
  const { deletionTimestamp, deletionGracePeriodSeconds } = metadata;
  const { nodeName, shareProcessNamespace, containers, initContainers } = spec;
  const { phase, reason, message, startTime, conditions, containerStatuses, initContainerStatuses } = status;
  return compact({
    metadata: compact({
      ...{ name, namespace, uid, resourceVersion, creationTimestamp, labels },
      ...{ deletionTimestamp, deletionGracePeriodSeconds },
    }),
    spec: compact({
      ...{ nodeName, shareProcessNamespace },
      containers: containers?.map(containerSpec),
      initContainers: initContainers?.map(containerSpec),
    }),
    status: compact({
      ...{ phase, reason, message, startTime },
      conditions: conditions?.map(({ type, status, reason, message }) => compact({ type, status, reason, message })),
      containerStatuses: containerStatuses?.map(containerStatus),
      initContainerStatuses: initContainerStatuses?.map(containerStatus),
    }),
  });
}

function containerSpec({ name, env }: ContainerSpec): ContainerSpec {
  return compact({ name, env: env?.map(({ name }) => ({ name })) });
}

function containerStatus({ name, state, restartCount }: ContainerStatus): ContainerStatus {
  return compact({ name, state, restartCount });
}

/** Without the keys that have no value. */
function compact<Known extends object>(map: { [Key in keyof Known]: Known[Key] | undefined }): Known {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined)) as Known;
}

export interface PodList {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly PodObject[];
}

export function podsPath(namespace: string, name?: string, sub?: string): string {
  const base = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`;
  return name === undefined ? base : `${base}/${encodeURIComponent(name)}${sub === undefined ? '' : `/${sub}`}`;
}

export function createPod(
  connection: Connection,
  namespace: string,
  pod: object,
  signal: AbortSignal,
): Promise<PodObject> {
  return connection.call('POST', podsPath(namespace), { body: pod, signal });
}

export function getPod(connection: Connection, namespace: string, name: string): Promise<PodObject> {
  return connection.call('GET', podsPath(namespace, name));
}

/** One page after the other, so that a namespace of thousands is never one answer. */
export async function listPods(
  connection: Connection,
  namespace: string,
  labelSelector: string,
  signal?: AbortSignal,
): Promise<{ readonly items: readonly PodObject[]; readonly resourceVersion: string }> {
  const items: PodObject[] = [];
  let [next, resourceVersion]: [string | undefined, string] = [undefined, ''];
  do {
    const query = new URLSearchParams({ labelSelector, limit: '500', ...(next !== undefined && { continue: next }) });
    const page: PodList = await connection.call('GET', `${podsPath(namespace)}?${query}`, signal ? { signal } : {});
    items.push(...page.items);
    ({ continue: next, resourceVersion } = page.metadata);
  } while (next);
  return { items, resourceVersion };
}

/** @param uid only this very pod, not one of the same name that came after it */
export function deletePod(
  connection: Connection,
  namespace: string,
  name: string,
  options: { readonly graceSeconds: number; readonly uid?: string },
): Promise<PodObject> {
  const { graceSeconds, uid } = options;
  const body = { gracePeriodSeconds: graceSeconds, ...(uid !== undefined && { preconditions: { uid } }) };
  return connection.call('DELETE', podsPath(namespace, name), { body });
}
