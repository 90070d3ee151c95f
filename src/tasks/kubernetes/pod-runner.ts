/** Runs a pod as its user wrote it, on the machinery of the Kubernetes runner: its handles, names, labels and files. */
import type { RunSpec } from '../../model/run.ts';
import type { ValueMap } from '../../model/value.ts';
import { type Carriers, carriersFor } from '../../runners/kubernetes/carriers.ts';
import type { Environment } from '../../runners/kubernetes/connection/find-access.ts';
import { createOrAdopt, podIfThere } from '../../runners/kubernetes/create-or-adopt.ts';
import { fillPod, leftOutIn } from '../../runners/kubernetes/fill-pod.ts';
import { podHandle, readHandle } from '../../runners/kubernetes/handle.ts';
import { createKubernetesRunner } from '../../runners/kubernetes/index.ts';
import { LogFollows } from '../../runners/kubernetes/log/log-follows.ts';
import { podName } from '../../runners/kubernetes/pod-name.ts';
import { removePod } from '../../runners/kubernetes/remove.ts';
import { type KubernetesConfig, readSettings } from '../../runners/kubernetes/settings.ts';
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
      const helper = spec.wanted.length > 0;
      const files = request.inputs ? await carriersFor(spec, settings, leftOutIn(progress)) : undefined;
      const carriers: Carriers = { init: files?.init ?? (helper || request.inputs ? noFiles : undefined), helper };
      const body = createdPod(request.pod, spec, settings, carriers);
      const isOwn = own.has(spec.runId);
      const pod = await createOrAdopt({ connection, spec, settings, body, own: isOwn, progress, signal });
      own.add(spec.runId);
      const { name, uid = '', namespace = settings.namespace } = pod.metadata;
      progress({ kind: 'create', text: `Pod '${name}' is created` });
      try {
        if (carriers.init === 'exec') {
          const watch = new ProgramWatch(connection, namespace, pod);
          await fillPod({ connection, watch, pod: asOneProgram(pod), spec, settings, progress }, signal);
        }
      } catch (error) {
        await removePod(connection, namespace, pod.metadata, 0);
        throw error;
      }
      said.set(spec.runId, progress);
      return podHandle(spec.runId, { name, uid }, { ...settings, namespace });
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
    said.delete(handle.runId);
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
      return podHandle(spec.runId, { name: String(name) }, readSettings(config));
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
