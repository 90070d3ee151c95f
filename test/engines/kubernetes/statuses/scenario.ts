/** What is brought about on a real cluster to see the status that a pod has then. */
import type { KubernetesClient, KubernetesObject, WatchEvent } from '../client.ts';

/** A pod spec, or a part of one, as the API takes it. */
export type Spec = Readonly<Record<string, unknown>>;

/** What a scenario works with while its pod is there. */
export interface Stage {
  readonly client: KubernetesClient;
  /** Path of the pods of the namespace. */
  readonly pods: string;
  /** Resolves when an event of the pod fulfils the condition; one of the past counts. */
  seen(pod: string, condition: (pod: KubernetesObject, type: WatchEvent['type']) => boolean): Promise<KubernetesObject>;
}

export interface Scenario {
  /** Name of the pod and of the file. */
  readonly name: string;
  /** What happened, for the reader of the file. */
  readonly what: string;
  readonly spec: Spec;
  /** The moment to be captured. */
  until(pod: KubernetesObject, type: WatchEvent['type']): boolean;
  /** What must be there before the pod. */
  readonly beforehand?: () => Promise<unknown>;
  /** What is done to the pod once it is there. */
  readonly meanwhile?: (stage: Stage) => Promise<void>;
  /** Puts right what `beforehand` and `meanwhile` did. */
  readonly afterwards?: (stage: Stage) => Promise<void>;
}

export const container = (script: string, more: Spec = {}): Spec => ({
  name: 'main',
  image: 'busybox',
  imagePullPolicy: 'IfNotPresent',
  command: ['sh', '-c', script],
  ...more,
});

/** A pod that is never restarted, with one container named `main`. */
export const pod = (script: string, more: Spec = {}, ofContainer: Spec = {}): Spec => ({
  restartPolicy: 'Never',
  terminationGracePeriodSeconds: 1,
  containers: [container(script, ofContainer)],
  ...more,
});

interface ContainerStatus {
  readonly name: string;
  readonly state: Readonly<Record<'running' | 'waiting' | 'terminated', Record<string, unknown> | undefined>>;
}

type Kind = 'containerStatuses' | 'initContainerStatuses';

const stateOf = (pod: KubernetesObject, name: string, kind: Kind): ContainerStatus['state'] | undefined =>
  pod.status[kind]?.find((status: ContainerStatus) => status.name === name)?.state;

export const isRunning = (pod: KubernetesObject, name = 'main', kind: Kind = 'containerStatuses'): boolean =>
  stateOf(pod, name, kind)?.running !== undefined;

export const hasEnded = (pod: KubernetesObject, name = 'main', kind: Kind = 'containerStatuses'): boolean =>
  stateOf(pod, name, kind)?.terminated !== undefined;

/** True while a container waits for the reason given. */
export const waitsFor =
  (reason: string, name = 'main', kind: Kind = 'containerStatuses') =>
  (pod: KubernetesObject): boolean =>
    stateOf(pod, name, kind)?.waiting?.reason === reason;

export const isOver = (pod: KubernetesObject): boolean => ['Succeeded', 'Failed'].includes(pod.status.phase);

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
}

const some = (pod: KubernetesObject, fits: (condition: Condition) => boolean): boolean =>
  pod.status.conditions?.some(fits) ?? false;

/** True when a condition of the pod has the reason given. */
export const hasCondition =
  (type: string, reason: string) =>
  (pod: KubernetesObject): boolean =>
    some(pod, condition => condition.type === type && condition.reason === reason);

/** True when a condition of the pod has the status given: True, False or Unknown. */
export const hasStatus =
  (type: string, status: string) =>
  (pod: KubernetesObject): boolean =>
    some(pod, condition => condition.type === type && condition.status === status);
