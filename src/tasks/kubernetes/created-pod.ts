/** The pod that PodCreate asks the cluster for: the user's own, with what carries its files. Pure. */
import type { RunSpec } from '../../model/run.ts';
import type { Carriers } from '../../runners/kubernetes/carriers.ts';
import { filesRoot, helperContainer, initContainer } from '../../runners/kubernetes/paths.ts';
import { podObject } from '../../runners/kubernetes/pod-spec.ts';
import type { Json, JsonMap, Settings } from '../../runners/kubernetes/settings.ts';

/** What the user wrote, rendered. */
export interface GivenPod {
  readonly metadata: JsonMap;
  readonly spec: JsonMap;
  /** For every container of the user's. */
  readonly defaults: JsonMap;
}

/** Names of containers that are ours alone. */
export const reservedNames: readonly unknown[] = [initContainer, helperContainer];

const volume = 'kestra-files';

/**
 * As `kubectl apply` would take it. Containers are left as they are but for the mount of the files, where there are
 * some, and `containerDefaultSpec`. A pod that does not say when it starts again never does: a task has an end.
 */
export function createdPod(given: GivenPod, spec: RunSpec, settings: Settings, carriers: Carriers): JsonMap {
  const ours = podObject(spec, '', settings, carriers) as { readonly metadata: JsonMap; readonly spec: JsonMap };
  const carried = carriers.init !== undefined || carriers.helper;
  const { generateName: _, ...metadata } = given.metadata;
  const own = (list: Json | undefined) => maps(list).filter(({ name }) => reservedNames.includes(name));
  const users = (list: Json | undefined) =>
    maps(list)
      .filter(({ name }) => !reservedNames.includes(name))
      .map(container => withDefaults(container, given.defaults));
  const initContainers = [...own(ours.spec.initContainers), ...users(given.spec.initContainers)];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      name: metadata.name ?? ours.metadata.name,
      namespace: settings.namespace,
      labels: { ...asMap(metadata.labels), ...asMap(ours.metadata.labels) },
    },
    spec: {
      restartPolicy: 'Never',
      ...given.spec,
      ...(carried && { volumes: [...maps(given.spec.volumes), { name: volume, emptyDir: {} }] }),
      ...(initContainers.length > 0 && { initContainers }),
      containers: [
        ...users(given.spec.containers).map(container => (carried ? withMount(container) : container)),
        ...own(ours.spec.containers),
      ],
    },
  };
}

/** The parts of `containerDefaultSpec` that containers take; anything else in it has no effect, as in Kestra. */
export function defaultParts({ securityContext, volumeMounts, resources, env }: JsonMap): JsonMap {
  return {
    ...(securityContext !== undefined && { securityContext }),
    ...(volumeMounts !== undefined && { volumeMounts }),
    ...(resources !== undefined && { resources }),
    ...(env !== undefined && { env }),
  };
}

/** The container's own values win; its mounts stand behind, its variables before those of the defaults. */
function withDefaults(container: JsonMap, all: JsonMap): JsonMap {
  const defaults = defaultParts(all);
  const names = new Set(maps(container.env).map(({ name }) => name));
  return {
    ...container,
    ...(defaults.securityContext !== undefined && {
      securityContext: merged(defaults.securityContext, container.securityContext),
    }),
    ...(defaults.resources !== undefined && { resources: merged(defaults.resources, container.resources) }),
    ...(defaults.volumeMounts !== undefined && {
      volumeMounts: [...maps(defaults.volumeMounts), ...maps(container.volumeMounts)],
    }),
    ...(defaults.env !== undefined && {
      env: [...maps(container.env), ...maps(defaults.env).filter(({ name }) => !names.has(name))],
    }),
  };
}

function withMount(container: JsonMap): JsonMap {
  return { ...container, volumeMounts: [...maps(container.volumeMounts), { name: volume, mountPath: filesRoot }] };
}

function merged(base: Json | undefined, over: Json | undefined): Json {
  if (over === undefined) return base ?? null;
  if (!isJsonMap(base) || !isJsonMap(over)) return over;
  const both = Object.entries(over).map(([key, value]) => [key, merged(base[key], value)] as const);
  return { ...base, ...Object.fromEntries(both) };
}

function maps(list: Json | undefined): readonly JsonMap[] {
  return Array.isArray(list) ? (list as readonly Json[]).filter(isJsonMap) : [];
}

function asMap(value: Json | undefined): JsonMap {
  return isJsonMap(value) ? value : {};
}

function isJsonMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
