/** Runs a pod as its user wrote it, on the machinery of the Kubernetes runner: its handles, names, labels and files. */
import { setTimeout as pause } from 'node:timers/promises';
import type { RunSpec } from '../../model/run.ts';
import type { ValueMap } from '../../model/value.ts';
import { type Carriers, carriersFor } from '../../runners/kubernetes/carriers.ts';
import type { Connection } from '../../runners/kubernetes/client/connection.ts';
import { ApiError, isPassing } from '../../runners/kubernetes/client/errors.ts';
import { createPod, getPod, type PodObject } from '../../runners/kubernetes/client/pods.ts';
import type { Environment } from '../../runners/kubernetes/connection/find-access.ts';
import { handleVersion, readHandle } from '../../runners/kubernetes/handle.ts';
import { createKubernetesRunner } from '../../runners/kubernetes/index.ts';
import { LogFollows } from '../../runners/kubernetes/log/log-follows.ts';
import { initContainer } from '../../runners/kubernetes/paths.ts';
import { PodEnd } from '../../runners/kubernetes/pod-end.ts';
import { idLabel, ownerLabel, podName, runLabel } from '../../runners/kubernetes/pod-name.ts';
import { statusOf } from '../../runners/kubernetes/pod-outcome.ts';
import { removePod } from '../../runners/kubernetes/remove.ts';
import { type KubernetesConfig, readSettings, type Settings } from '../../runners/kubernetes/settings.ts';
import { sendFiles, TransferError } from '../../runners/kubernetes/transfer.ts';
import { asRefusal } from '../../runners/kubernetes/unusable.ts';
import {
  type Handle,
  type Lost,
  PrepareError,
  type Progress,
  type Run,
  type TaskRunner,
} from '../../runners/runner.ts';
import { tokenSource } from '../../runners/token-source.ts';
import { connect } from './cluster.ts';
import { createdPod, type GivenPod } from './created-pod.ts';
import { asOneProgram } from './one-program.ts';
import { PodRun } from './pod-run.ts';
import { ProgramWatch } from './program-watch.ts';
import { inTaskWords } from './task-words.ts';

/** A tar archive of nothing: two blocks of zeros. Makes the working directory where no file goes in. */
const noFiles = { archive: Buffer.alloc(1024).toString('base64') };
/** Shared by the pods of all tasks of this process. */
const follows = new LogFollows();
const reachLimitMs = 60_000;

/** What a task asks for beside the properties that it shares with the runner. */
export interface PodRequest {
  readonly pod: GivenPod;
  readonly inputs: boolean;
}

/** Handles are those of the Kubernetes runner, which so finds and removes what nobody answers for. */
export function createPodRunner(request: PodRequest, environment: Environment): TaskRunner<KubernetesConfig> {
  const runner = createKubernetesRunner({ env: environment });
  const own = new Set<string>();
  const said = new Map<string, Progress>();

  async function prepare(spec: RunSpec, config: KubernetesConfig, progress: Progress, signal: AbortSignal) {
    try {
      const settings = readSettings(config);
      const connection = await connect(connectionOf(config), environment);
      const leftOut = (path: string, why: string) =>
        progress({ kind: 'trouble', text: `${path} is not copied into the pod: ${why}` });
      const helper = spec.wanted.length > 0;
      const files = request.inputs ? await carriersFor(spec, settings, leftOut) : undefined;
      const carriers: Carriers = { init: files?.init ?? (helper || request.inputs ? noFiles : undefined), helper };
      const body = createdPod(request.pod, spec, settings, carriers);
      const pod = await createOrAdopt(connection, spec, settings, body, own.has(spec.runId), progress, signal);
      own.add(spec.runId);
      const { name, uid = '', namespace = settings.namespace } = pod.metadata;
      progress({ kind: 'create', text: `Pod '${name}' is created` });
      try {
        if (carriers.init === 'exec') await fill(connection, pod, spec, settings, progress, signal);
      } catch (error) {
        await removePod(connection, namespace, pod.metadata, 0);
        throw error;
      }
      said.set(spec.runId, progress);
      return { runner: runner.type, version: handleVersion, runId: spec.runId, data: { name, uid, namespace } };
    } catch (error) {
      if (signal.aborted) throw error;
      const refusal = asRefusal(error);
      if (!(refusal instanceof PrepareError)) throw refusal;
      const kind = refusal.outcome.kind === 'image-unavailable' ? 'image-unavailable' : 'never-started';
      throw new PrepareError({ kind, detail: inTaskWords(refusal.message) }, { cause: error });
    }
  }

  async function open(handle: Handle, spec: RunSpec, config: KubernetesConfig): Promise<Run | Lost> {
    const settings = readSettings(config);
    const connection = await connect(connectionOf(config), environment);
    const { name, uid } = readHandle(handle);
    const pod = await podIfThere(connection, settings.namespace, name);
    if (!pod || pod.metadata.uid !== uid) {
      return {
        lost: `The pod ${name} is not in the namespace ${settings.namespace} any more: it was deleted from outside.`,
      };
    }
    if (!settings.resume && !own.has(handle.runId)) {
      await removePod(connection, settings.namespace, pod.metadata, 1);
      return { lost: `The pod ${name} was left by a process that died, and was deleted: resume is false.` };
    }
    const watch = new ProgramWatch(connection, settings.namespace, pod);
    const progress = said.get(handle.runId) ?? (() => {});
    return new PodRun({ connection, watch, follows, pod, spec, settings, progress });
  }

  return {
    type: runner.type,
    aliases: runner.aliases,
    title: runner.title,
    schema: runner.schema,
    capabilities: runner.capabilities,
    probe: (config, signal) => runner.probe(config, signal),
    paths: spec => runner.paths(spec),
    list: (owner, config, signal) => runner.list(owner, config, signal),
    remove: (handle, config) => runner.remove(handle, config),
    announce: (spec, config) => {
      const { name = podName(spec) } = request.pod.metadata;
      const data = { name: String(name), namespace: readSettings(config).namespace };
      return { runner: runner.type, version: handleVersion, runId: spec.runId, data, announced: true };
    },
    prepare,
    open,
  };
}

/** The connection as it was given, with who gives the token. */
function connectionOf(config: KubernetesConfig) {
  const given = config.config as ValueMap | undefined;
  const source = config[tokenSource];
  return given && { ...given, ...(source && { [tokenSource]: source }) };
}

/** One of that name is ours when its labels say so: the answer to its creation was lost, or its creator died. */
async function createOrAdopt(
  connection: Connection,
  spec: RunSpec,
  settings: Settings,
  body: object,
  own: boolean,
  progress: Progress,
  signal: AbortSignal,
): Promise<PodObject> {
  const { namespace } = settings;
  const { name } = (body as PodObject).metadata;
  const began = Date.now();
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await createPod(connection, namespace, body);
    } catch (error) {
      if (error instanceof ApiError && error.reason === 'AlreadyExists') {
        const there = await podIfThere(connection, namespace, name);
        const leaving = there?.metadata.deletionTimestamp !== undefined;
        if (there && !leaving && !isOurs(there, spec)) {
          const detail = `The name ${name} is taken in the namespace ${namespace} by a pod that is not ours.`;
          throw new PrepareError({ kind: 'never-started', detail });
        }
        if (there && !leaving && (settings.resume || own)) return there;
        if (there && !leaving) await removePod(connection, namespace, there.metadata, 1);
      } else if (isPassing(error)) {
        progress({ kind: 'trouble', text: `The pod cannot be created yet: ${(error as Error).message}` });
      } else {
        throw error;
      }
      if (Date.now() - began > reachLimitMs || (attempt > 3 && !connection.reached)) throw error;
      await pause(Math.min(2_000, 100 * 2 ** attempt), undefined, { signal });
    }
  }
}

/** Waits for the init container and gives it files that are too large to come with the pod. */
async function fill(
  connection: Connection,
  pod: PodObject,
  spec: RunSpec,
  settings: Settings,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const { namespace } = settings;
  const end = new PodEnd(new ProgramWatch(connection, namespace, pod), asOneProgram(pod), {
    limits: { running: settings.waitUntilRunning },
    waiting: text => progress({ kind: 'wait', text }),
  });
  try {
    await end.until(({ settled, phase }) => settled !== undefined || phase.kind !== 'waiting', signal);
    signal.throwIfAborted();
    if (statusOf(end.pod, initContainer)?.state?.terminated?.exitCode === 0) return;
    const { settled } = end;
    if (settled) {
      const kind = settled.kind === 'image-unavailable' ? settled.kind : 'never-started';
      throw new PrepareError({ kind, detail: settled.detail ?? 'The pod ended before its input files were there.' });
    }
    const target = { connection, namespace, pod: pod.metadata.name, container: initContainer };
    await sendFiles(
      target,
      spec,
      (path, why) => progress({ kind: 'trouble', text: `${path} is not copied into the pod: ${why}` }),
      signal,
    );
  } catch (error) {
    if (!(error instanceof TransferError)) throw error;
    const detail = `The input files cannot be copied into the pod ${pod.metadata.name}: ${error.message}`;
    throw new PrepareError({ kind: 'never-started', detail }, { cause: error });
  } finally {
    end.close();
  }
}

function isOurs({ metadata: { labels = {} } }: PodObject, spec: RunSpec): boolean {
  return labels[ownerLabel] === idLabel(spec.owner) && labels[runLabel] === idLabel(spec.runId);
}

async function podIfThere(connection: Connection, namespace: string, name: string): Promise<PodObject | undefined> {
  const began = Date.now();
  for (;;) {
    try {
      return await getPod(connection, namespace, name);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      if (!isPassing(error) || Date.now() - began > reachLimitMs) throw error;
      await pause(1_000);
    }
  }
}
