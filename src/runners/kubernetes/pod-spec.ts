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
/** The same for the program's own shell, which mostly waits no longer than the helper takes to start: 0.1 s. */
const arrivalSeconds = '0.02';
/** How the helper ends when it cannot unpack the files that came with the pod. */
export const notUnpacked = 97;

/**
 * The pod of a run, as `kubectl apply` would take it. Raw specifications are the base, on which the runner's own
 * fields are put; lists with names (volumes, mounts, variables, containers) are joined by them.
 */
export function podObject(spec: RunSpec, image: string, settings: Settings, carriers: Carriers): JsonMap {
  const base = settings.podSpec;
  const files = inlineFiles(carriers);
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
          mainContainerOf(files ? { ...spec, argv: waiting(spec.argv) } : spec, image, settings, base),
          ...(carriers.helper ? [helper(files, settings)] : []),
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

/** The files that the helper gives to the program before that begins. */
function inlineFiles({ init, helper }: Carriers): InlineFiles | undefined {
  return init === undefined && typeof helper === 'object' ? helper : undefined;
}

/** A program that begins with a shell, which waits for the files and then turns into the program itself. */
function waiting(argv: readonly string[]): readonly string[] {
  const [shell = 'sh'] = argv;
  const wait = `until [ -e ${readyMarker} ]; do sleep ${arrivalSeconds} 2>/dev/null; done; exec "$@"`;
  return [shell, '-c', wait, shell, ...argv];
}

/** Whole or not at all: the marker is set when everything is unpacked. */
function unpacking(files: InlineFiles, settings: Settings): { readonly script: string; readonly env: Json } {
  return {
    script: `umask 022; mkdir -p ${podWorkDir} && { chmod 777 ${podWorkDir} 2>/dev/null || [ -w ${podWorkDir} ]; } && echo "$${inlineVariable}" | base64 -d | tar -xf - -C ${podWorkDir}`,
    env: joined(settings.carrierSpec.env, [{ name: inlineVariable, value: files.archive }], 'name'),
  };
}

function helper(files: InlineFiles | undefined, settings: Settings): JsonMap {
  const bare = carrier(helperContainer, endedMarker, settings);
  if (!files) return bare;
  const { script, env } = unpacking(files, settings);
  const [shell = '', option = '', wait = ''] = bare.command as readonly string[];
  return {
    ...bare,
    command: [shell, option, `(${script}) && : > ${readyMarker} || exit ${notUnpacked}; ${wait}`],
    env,
  };
}

/** The init container: waits for the files, or unpacks those that came with the pod. */
function receiver(files: InlineFiles | 'exec', settings: Settings): JsonMap {
  const bare = carrier(initContainer, readyMarker, settings);
  if (files === 'exec') return bare;
  const { script, env } = unpacking(files, settings);
  return { ...bare, command: ['sh', '-c', script], env };
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
