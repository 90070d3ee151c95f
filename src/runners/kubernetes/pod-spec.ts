/** What is asked of the cluster for one run. Pure. */
import type { RunSpec } from '../../model/run.ts';
import type { Carriers, InlineFiles } from './carriers.ts';
import {
  endedMarker,
  filesRoot,
  helperContainer,
  initContainer,
  mainContainer,
  outputName,
  podWorkDir,
  readyMarker,
} from './paths.ts';
import { idLabel, keptLabel, labelValue, ownerLabel, podName, runLabel } from './pod-name.ts';
import type { Json, JsonMap, Settings } from './settings.ts';

const volume = 'kestra-files';
/** Holds the input files that come with the pod. */
export const inlineVariable = 'WINDLASS_FILES';
/** How long a file's arrival may go unnoticed; a shell that sleeps this long uses 0.4 % of a core. */
const pollSeconds = '0.1';

/**
 * The pod of a run, as `kubectl apply` would take it. Raw specifications are the base, on which the runner's own
 * fields are put; lists with names (volumes, mounts, variables, containers) are joined by them.
 */
export function podObject(spec: RunSpec, image: string, settings: Settings, carriers: Carriers): JsonMap {
  const base = settings.podSpec;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: podName(spec), namespace: settings.namespace, labels: labels(spec, settings) },
    spec: {
      // The program starts again nowhere, and needs no word to the API server, unless the flow says so.
      enableServiceLinks: false,
      ...base,
      restartPolicy: 'Never',
      ...(settings.serviceAccountName !== undefined && { serviceAccountName: settings.serviceAccountName }),
      ...(settings.nodeSelector && {
        nodeSelector: { ...(isJsonMap(base.nodeSelector) ? base.nodeSelector : {}), ...settings.nodeSelector },
      }),
      // The helper can only end the program, and give out its files after that, when it sees its process.
      ...(carriers.helper && base.shareProcessNamespace === undefined && { shareProcessNamespace: true }),
      volumes: joined(base.volumes, [{ name: volume, emptyDir: { medium: 'Memory' } }], 'name'),
      ...(carriers.init && {
        initContainers: joined(base.initContainers, [receiver(carriers.init, settings)], 'name'),
      }),
      containers: joined(
        base.containers,
        [
          mainContainerOf(spec, image, settings, base),
          ...(carriers.helper ? [carrier(helperContainer, endedMarker, settings)] : []),
        ],
        'name',
      ),
    },
  };
}

function mainContainerOf(spec: RunSpec, image: string, settings: Settings, base: JsonMap): JsonMap {
  const from = { ...named(base.containers, mainContainer), ...settings.containerSpec };
  return {
    ...from,
    name: mainContainer,
    image,
    imagePullPolicy: settings.pullPolicy,
    command: spec.argv.map(asIs),
    args: [],
    workingDir: podWorkDir,
    env: joined(
      from.env,
      Object.entries(spec.env).map(([name, value]) => ({ name, value: asIs(value) })),
      'name',
    ),
    ...(settings.resources && {
      resources: { ...(isJsonMap(from.resources) ? from.resources : {}), ...settings.resources },
    }),
    volumeMounts: joined(
      from.volumeMounts,
      [
        { name: volume, mountPath: filesRoot },
        // Made by the kubelet with its parents, open to every user: no container is needed for that.
        outputMount(spec),
      ],
      'mountPath',
    ),
  };
}

function outputMount(spec: RunSpec): JsonMap {
  const name = outputName(spec);
  return { name: volume, mountPath: `${podWorkDir}/${name}`, subPath: `working-dir/${name}` };
}

/** The init container: waits for the files, or unpacks those that came with the pod. */
function receiver(files: InlineFiles | 'exec', settings: Settings): JsonMap {
  const waiting = carrier(initContainer, readyMarker, settings);
  if (files === 'exec') return waiting;
  const unpack = `mkdir -p ${podWorkDir} && chmod 777 ${podWorkDir} && echo "$${inlineVariable}" | base64 -d | tar -xf - -C ${podWorkDir}`;
  return {
    ...waiting,
    command: ['sh', '-c', `umask 022; ${unpack}`],
    env: joined(settings.carrierSpec.env, [{ name: inlineVariable, value: files.archive }], 'name'),
  };
}

/** A container that waits for a marker while files are carried by exec. */
function carrier(name: string, marker: string, settings: Settings): JsonMap {
  const base = settings.carrierSpec;
  return {
    ...base,
    name,
    image: settings.carrierImage,
    imagePullPolicy: settings.pullPolicy,
    // SIGTERM is not its affair: a pod that is told to end gives its files out as long as its time allows.
    command: ['sh', '-c', `trap '' TERM; until [ -e ${marker} ]; do sleep ${pollSeconds}; done`],
    args: [],
    ...(settings.carrierResources && { resources: settings.carrierResources }),
    volumeMounts: joined(base.volumeMounts, [{ name: volume, mountPath: filesRoot }], 'mountPath'),
  };
}

/** The kubelet reads `$(NAME)` as a variable and two dollars as one, in commands and variables. */
function asIs(text: string): string {
  return text.replaceAll('$', () => '$$');
}

function labels(spec: RunSpec, settings: Settings): JsonMap {
  const given = Object.entries(spec.labels).map(([key, value]) => [key, labelValue(value)] as const);
  return {
    ...settings.labels,
    ...Object.fromEntries(given),
    [ownerLabel]: idLabel(spec.owner),
    [runLabel]: idLabel(spec.runId),
    ...(settings.delete ? {} : { [keptLabel]: 'true' }),
  };
}

/** The base's items whose key ours do not have, then ours. */
function joined(base: Json | undefined, own: readonly JsonMap[], key: string): readonly Json[] {
  const names = new Set(own.map(item => item[key]));
  const items = Array.isArray(base) ? (base as readonly Json[]) : [];
  return [...items.filter(item => !isJsonMap(item) || !names.has(item[key])), ...own];
}

function named(list: Json | undefined, name: string): JsonMap {
  const items = Array.isArray(list) ? (list as readonly Json[]) : [];
  return items.filter(isJsonMap).find(item => item.name === name) ?? {};
}

function isJsonMap(value: Json | undefined): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
