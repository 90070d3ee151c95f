/** Task runner for Docker-compatible engines: see src/runners/runner.ts for the life of a run. */
import type { RunSpec } from '../../model/run.ts';
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
import { changeTime, listContainers } from './client/containers.ts';
import { type Environment, findEndpoint } from './client/endpoint.ts';
import { Engine } from './client/engine.ts';
import { Puller } from './client/pull.ts';
import { containerBody, containerName, keptLabel, ownerLabel, runLabel } from './container-body.ts';
import { createOrAdopt, imageUnavailable, inspectIfThere } from './create-container.ts';
import { dockerDeclaration } from './declaration.ts';
import { DockerRun } from './docker-run.ts';
import { copyIn, needsCopyIn } from './files.ts';
import { registryAuth } from './registry-auth.ts';
import { removeFully } from './remove.ts';
import { type DockerConfig, readSettings, type Settings } from './settings.ts';
import { asRefusal, explainUnusable } from './unusable.ts';

export interface DockerRunnerOptions {
  /** For DOCKER_HOST and its like, and for credential helpers. */
  readonly env: Environment;
  /** `volume-enabled` of the runner's plugin configuration. */
  readonly volumeEnabled: boolean;
}

const handleVersion = 1;

/** An engine that was reached, with the pulls that are under way on it. */
interface Reached {
  readonly engine: Engine;
  readonly puller: Puller;
}

export class DockerRunner implements TaskRunner<DockerConfig> {
  readonly type = dockerDeclaration.type;
  readonly aliases = dockerDeclaration.aliases;
  readonly title = dockerDeclaration.title;
  readonly schema = dockerDeclaration.schema;
  readonly capabilities: Capabilities = {
    needsImage: true,
    separateStreams: true,
    memoryLimit: true,
    inheritsEnvironment: false,
  };
  readonly #options: DockerRunnerOptions;
  readonly #reached = new Map<string, Promise<Reached>>();
  /** Runs that this process prepared: opening one is no adoption. */
  readonly #own = new Set<string>();

  constructor(options: DockerRunnerOptions) {
    this.#options = options;
  }

  async probe(config: DockerConfig): Promise<Probe> {
    try {
      const { engine } = await this.#reach(readSettings(config).host);
      const info = await engine.get<{ ServerVersion: string; OperatingSystem: string }>('/info');
      return { usable: true, detail: `${info.ServerVersion} on ${info.OperatingSystem}, at ${engine.endpoint.text}` };
    } catch (error) {
      if (error instanceof PrepareError)
        return { usable: false, why: error.message, whatToDo: 'Correct the property.' };
      const told = explainUnusable(error, this.#options.env);
      if (!told) throw error;
      return { usable: false, ...told };
    }
  }

  paths({ workDir, outputDir }: Pick<RunSpec, 'workDir' | 'outputDir'>): { workingDir: string; outputDir: string } {
    return { workingDir: workDir, outputDir };
  }

  async prepare(spec: RunSpec, config: DockerConfig, progress: Progress, signal: AbortSignal): Promise<Handle> {
    const settings = readSettings(config);
    const image = settings.image ?? spec.image;
    if (!image) {
      const detail = 'This task runner needs the `containerImage` property to be set. Add containerImage to the task.';
      throw new PrepareError({ kind: 'never-started', detail });
    }
    signal.throwIfAborted();
    try {
      const reached = await this.#reach(settings.host);
      return await this.#prepare(reached, image, spec, settings, progress, signal);
    } catch (error) {
      throw asRefusal(error, this.#options.env);
    }
  }

  async open(handle: Handle, spec: RunSpec, config: DockerConfig): Promise<Run | Lost> {
    const settings = readSettings(config);
    const { engine } = await this.#reach(settings.host);
    const { containerId, outputTime } = readHandle(handle);
    const name = containerName(handle.runId);
    const container = await inspectIfThere(engine, containerId);
    if (!container) {
      return {
        lost: `The container ${name} is not on the engine at ${engine.endpoint.text} any more: it was removed from outside.`,
      };
    }
    if (!settings.resume && !this.#own.has(handle.runId)) {
      await removeFully(engine, containerId);
      return {
        lost: `The container ${name} was left by a process that died, and was removed: taskRunner.resume is false.`,
      };
    }
    return new DockerRun({ engine, container, name, spec, settings, ...(outputTime !== undefined && { outputTime }) });
  }

  async *list(owner: string, config: DockerConfig): AsyncIterable<Handle> {
    const { engine } = await this.#reach(readSettings(config).host);
    for (const { Id, Labels } of await listContainers(engine, [`${ownerLabel}=${owner}`])) {
      const runId = Labels?.[runLabel];
      if (runId === undefined || Labels?.[keptLabel] !== undefined) continue;
      yield { runner: this.type, version: handleVersion, runId, data: { containerId: Id } };
    }
  }

  async remove(handle: Handle, config: DockerConfig): Promise<void> {
    const { engine } = await this.#reach(readSettings(config).host);
    await removeFully(engine, readHandle(handle).containerId);
  }

  #reach(host: string | undefined): Promise<Reached> {
    const key = host ?? '';
    let reached = this.#reached.get(key);
    if (!reached) {
      reached = reach(host, this.#options.env);
      this.#reached.set(key, reached);
      // An engine that was down may be up the next time.
      reached.catch(() => this.#reached.delete(key));
    }
    return reached;
  }

  async #prepare(
    { engine, puller }: Reached,
    image: string,
    spec: RunSpec,
    settings: Settings,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<Handle> {
    const copies = await needsCopyIn(spec, settings);
    const outputVolume = !copies && settings.filesBy === 'VOLUME';
    const volumes = this.#options.volumeEnabled ? settings.volumes : [];
    if (volumes.length < settings.volumes.length) {
      progress({
        kind: 'trouble',
        text: `taskRunner.volumes is left out: volumes are not enabled. Set volume-enabled: true for ${this.type} under kestra.plugins.configurations.`,
      });
    }
    if (engine.apiMinor >= 42 && settings.kernelMemory !== undefined) {
      progress({
        kind: 'trouble',
        text: 'taskRunner.memory.kernelMemory is left out: this engine does not know it any more.',
      });
    }
    const body = containerBody(spec, settings, {
      image,
      outputVolume,
      volumes,
      apiMinor: engine.apiMinor,
      podman: engine.podman,
    });
    const pull = () => this.#pull(engine, puller, image, settings, progress, signal);
    if (settings.pullPolicy === 'ALWAYS') await pull();
    progress({ kind: 'create', text: `Creating the container ${containerName(spec.runId)} of ${image}` });
    const adopted = await createOrAdopt(
      engine,
      spec,
      body,
      image,
      settings.pullPolicy === 'IF_NOT_PRESENT' ? pull : undefined,
      progress,
    );
    const { containerId } = adopted;
    this.#own.add(spec.runId);
    try {
      signal.throwIfAborted();
      if (adopted.started) return this.#handle(spec.runId, containerId, undefined);
      const leftOut = (path: string, why: string) =>
        progress({ kind: 'trouble', text: `${path} is not copied into the container: ${why}` });
      if (copies) await copyIn(engine, containerId, spec, settings, leftOut, signal);
      const outputTime =
        settings.filesBy === 'MOUNT' ? undefined : await changeTime(engine, containerId, spec.outputDir);
      signal.throwIfAborted();
      return this.#handle(spec.runId, containerId, outputTime);
    } catch (error) {
      await removeFully(engine, containerId);
      throw error;
    }
  }

  #handle(runId: string, containerId: string, outputTime: string | undefined): Handle {
    const data = { containerId, ...(outputTime !== undefined && { outputTime }) };
    return { runner: this.type, version: handleVersion, runId, data };
  }

  async #pull(
    engine: Engine,
    puller: Puller,
    image: string,
    settings: Settings,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<void> {
    progress({ kind: 'pull', text: `Pulling ${image}` });
    try {
      const auth = await registryAuth(image, settings, this.#options.env);
      await puller.pull(image, auth, event => progress({ kind: 'pull', ...event }), signal);
    } catch (error) {
      if (signal.aborted) throw error;
      throw imageUnavailable(image, (error as Error).message, engine);
    }
  }
}

async function reach(host: string | undefined, env: Environment): Promise<Reached> {
  const engine = await Engine.reach(findEndpoint(host, env));
  return { engine, puller: new Puller(engine) };
}

function readHandle(handle: Handle): { readonly containerId: string; readonly outputTime: string | undefined } {
  const { containerId, outputTime } = handle.data;
  if (handle.version !== handleVersion || typeof containerId !== 'string') {
    throw new Error(
      `The stored handle of run ${handle.runId} is of version ${handle.version}; this Windlass reads ${handleVersion}.`,
    );
  }
  return { containerId, outputTime: typeof outputTime === 'string' ? outputTime : undefined };
}
