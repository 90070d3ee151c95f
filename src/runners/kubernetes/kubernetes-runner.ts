/** Task runner for Kubernetes clusters: see src/runners/runner.ts for the life of a run. */
import type { RunSpec } from '../../model/run.ts';
import { DeclaredRunner } from '../declared-runner.ts';
import type { PropertyReader } from '../property-reader.ts';
import {
  type Capabilities,
  type Handle,
  type Lost,
  PrepareError,
  type Probe,
  type Progress,
  type Run,
  type TaskRunner,
} from '../runner.ts';
import type { TokenSource } from '../token-source.ts';
import { carriersFor } from './carriers.ts';
import { Connection } from './client/connection.ts';
import { listPods, type PodObject } from './client/pods.ts';
import { type Environment, findAccess } from './connection/find-access.ts';
import { accessFromProperties } from './connection/from-properties.ts';
import { createOrAdopt, podIfThere } from './create-or-adopt.ts';
import { kubernetesDeclaration } from './declaration.ts';
import { fillPod, leftOutIn } from './fill-pod.ts';
import { podHandle, readHandle } from './handle.ts';
import { KubernetesRun } from './kubernetes-run.ts';
import { LogFollows } from './log/log-follows.ts';
import { fittedCommand } from './long-arguments.ts';
import { outputName, podWorkDir } from './paths.ts';
import { idLabel, keptLabel, ownerLabel, podName, runLabel } from './pod-name.ts';
import { podObject } from './pod-spec.ts';
import { PodWatch } from './pod-watch.ts';
import { removePod } from './remove.ts';
import { missingRights } from './rights.ts';
import { type KubernetesConfig, readSettings, type Settings } from './settings.ts';
import { asRefusal, explainUnusable } from './unusable.ts';

export interface KubernetesRunnerOptions {
  /** For KUBECONFIG, HOME, the service account, and credential plug-ins. */
  readonly env: Environment;
}

/** A cluster that was reached, with the watches of its namespaces. */
interface Cluster {
  readonly connection: Connection;
  readonly watches: Map<string, PodWatch>;
  /** The newest of those that give the same tokens: each fetches them with the task run that it came with. */
  source: TokenSource | undefined;
}

/** What this process knows of a run that it prepared, until it opens it. */
interface Prepared {
  readonly pod: PodObject;
  readonly progress: Progress;
}

export class KubernetesRunner extends DeclaredRunner implements TaskRunner<KubernetesConfig> {
  readonly capabilities: Capabilities = {
    needsImage: true,
    // A pod's log has both in one; telling them apart needs a feature gate of the cluster.
    separateStreams: false,
    memoryLimit: true,
    inheritsEnvironment: false,
  };
  readonly #options: KubernetesRunnerOptions;
  readonly #clusters = new Map<string, Promise<Cluster>>();
  /** Runs that this process prepared: opening one is no adoption. */
  readonly #prepared = new Map<string, Prepared>();
  readonly #own = new Set<string>();
  readonly #follows = new LogFollows();

  constructor(options: KubernetesRunnerOptions) {
    super(kubernetesDeclaration);
    this.#options = options;
  }

  async probe(config: KubernetesConfig, signal: AbortSignal): Promise<Probe> {
    try {
      const settings = readSettings(config);
      const { connection } = await this.#reach(settings);
      const version = await connection.call<{ gitVersion: string; minor: string }>('GET', '/version', { signal });
      const { server, origin } = connection.access;
      const missing = await missingRights(connection, settings.namespace, version.minor, signal);
      if (missing) return { usable: false, ...missing };
      return { usable: true, detail: `Kubernetes ${version.gitVersion} at ${server.origin} (${origin})` };
    } catch (error) {
      if (error instanceof PrepareError)
        return { usable: false, why: error.message, whatToDo: 'Correct the property.' };
      const told = explainUnusable(error);
      if (!told) throw error;
      return { usable: false, ...told };
    }
  }

  paths(spec: Pick<RunSpec, 'workDir' | 'outputDir'>): { workingDir: string; outputDir: string } {
    return { workingDir: podWorkDir, outputDir: `${podWorkDir}/${outputName(spec)}` };
  }

  announce(spec: RunSpec, config: KubernetesConfig): Handle {
    return podHandle(spec.runId, { name: podName(spec) }, readSettings(config));
  }

  async prepare(spec: RunSpec, config: KubernetesConfig, progress: Progress, signal: AbortSignal): Promise<Handle> {
    const settings = readSettings(config);
    const { image } = spec;
    if (!image) {
      const detail = 'This task runner needs the `containerImage` property to be set. Add containerImage to the task.';
      throw new PrepareError({ kind: 'never-started', detail });
    }
    const command = fittedCommand(spec);
    signal.throwIfAborted();
    try {
      const { connection, watches } = await this.#reach(settings);
      const given = await carriersFor(spec, settings, leftOutIn(progress));
      const carriers = command.files.length > 0 ? { ...given, init: 'exec' as const } : given;
      const body = podObject({ ...spec, argv: command.argv }, image, settings, carriers);
      progress({ kind: 'create', text: `Creating a pod of ${image}: ${podName(spec)}` });
      const own = this.#own.has(spec.runId);
      const pod = await createOrAdopt({ connection, spec, settings, body, own, progress, signal });
      this.#own.add(spec.runId);
      try {
        signal.throwIfAborted();
        if (carriers.init === 'exec') {
          const watch = watchOf(watches, connection, settings.namespace);
          await fillPod({ connection, watch, pod, spec, command, settings, progress }, signal);
        }
      } catch (error) {
        await removePod(connection, settings.namespace, pod.metadata, 0);
        throw error;
      }
      this.#prepared.set(spec.runId, { pod, progress });
      const { name, uid = '' } = pod.metadata;
      return podHandle(spec.runId, { name, uid }, settings);
    } catch (error) {
      if (signal.aborted) throw error;
      throw asRefusal(error);
    }
  }

  async open(handle: Handle, spec: RunSpec, config: KubernetesConfig): Promise<Run | Lost> {
    const settings = { ...readSettings(config), namespace: readHandle(handle).namespace };
    const { connection, watches } = await this.#reach(settings);
    const { name, uid, namespace } = readHandle(handle);
    const prepared = this.#prepared.get(handle.runId);
    this.#prepared.delete(handle.runId);
    const pod = prepared?.pod ?? (await podIfThere(connection, namespace, name));
    if (!pod || pod.metadata.uid !== uid) {
      return {
        lost: `The pod ${name} is not in the namespace ${namespace} at ${connection.access.server.origin} any more: it was deleted from outside.`,
      };
    }
    if (!settings.resume && !this.#own.has(handle.runId)) {
      await removePod(connection, namespace, pod.metadata, 1);
      return { lost: `The pod ${name} was left by a process that died, and was deleted: taskRunner.resume is false.` };
    }
    const watch = watchOf(watches, connection, namespace);
    return new KubernetesRun({
      connection,
      watch,
      follows: this.#follows,
      pod,
      spec,
      settings,
      progress: prepared?.progress ?? (() => {}),
    });
  }

  async *list(owner: string, config: KubernetesConfig, signal: AbortSignal): AsyncIterable<Handle> {
    const settings = readSettings(config);
    const { connection } = await this.#reach(settings);
    const selector = `${ownerLabel}=${idLabel(owner)},${runLabel},!${keptLabel}`;
    const { items } = await listPods(connection, settings.namespace, selector, signal);
    for (const { metadata } of items) {
      const { name, uid = '', labels = {} } = metadata;
      // One that is on its way out is nobody's any more.
      if (metadata.deletionTimestamp !== undefined) continue;
      yield podHandle(labels[runLabel] ?? '', { name, uid }, settings);
    }
  }

  async remove(handle: Handle, config: KubernetesConfig): Promise<void> {
    const settings = readSettings(config);
    const { name, uid, namespace, namedCluster } = readHandle(handle);
    if (namedCluster && !settings.connection) {
      throw new Error(
        `The pod ${name} is in a cluster that its task names, and that cannot be read from the task now. Give the same secrets and configuration as it ran with.`,
      );
    }
    const { connection } = await this.#reach(settings);
    this.#prepared.delete(handle.runId);
    const announced = handle.announced ? await podIfThere(connection, namespace, name) : undefined;
    if (handle.announced && announced?.metadata.labels?.[runLabel] !== idLabel(handle.runId)) return;
    await removePod(connection, namespace, announced?.metadata ?? { name, ...(uid !== undefined && { uid }) }, 0);
  }

  async #reach({ connection, token }: Settings): Promise<Cluster> {
    const key = JSON.stringify([connection?.all ?? null, token?.identity ?? null]);
    let cluster = this.#clusters.get(key);
    if (!cluster) {
      cluster = this.#find(connection, token);
      this.#clusters.set(key, cluster);
      // A file that was missing may be there the next time.
      cluster.catch(() => this.#clusters.delete(key));
    }
    const found = await cluster;
    found.source = token;
    return found;
  }

  async #find(connection: PropertyReader | undefined, first: TokenSource | undefined): Promise<Cluster> {
    const newest = first && {
      identity: first.identity,
      get: (fresh: boolean) => (cluster.source ?? first).get(fresh),
    };
    const access = connection ? await accessFromProperties(connection, newest) : await findAccess(this.#options.env);
    const cluster: Cluster = { connection: new Connection(access), watches: new Map(), source: first };
    return cluster;
  }
}

function watchOf(watches: Map<string, PodWatch>, connection: Connection, namespace: string): PodWatch {
  let watch = watches.get(namespace);
  if (!watch) {
    watch = new PodWatch(connection, namespace);
    watches.set(namespace, watch);
  }
  return watch;
}
