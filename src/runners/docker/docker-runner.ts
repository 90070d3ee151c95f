/** Task runner for Docker-compatible engines: see src/runners/runner.ts for the life of a run. */
import type { RunSpec } from '../../model/run.ts';
import { DeclaredRunner } from '../declared-runner.ts';
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
import { fittedCommand } from './arguments.ts';
import { inspectIfThere, listContainers } from './client/containers.ts';
import { type Environment, findEndpoint } from './client/endpoint.ts';
import { Engine } from './client/engine.ts';
import { Puller } from './client/pull.ts';
import { containerBody, containerName, keptLabel, ownerLabel, runLabel } from './container-body.ts';
import { createWithImage, imageUnavailable } from './create-container.ts';
import { dockerDeclaration } from './declaration.ts';
import { DockerRun } from './docker-run.ts';
import { needsCopyIn } from './files.ts';
import { fillContainer } from './fill-container.ts';
import { handleVersion, readHandle } from './handle.ts';
import { ImageDigests } from './image-digest.ts';
import { leftOutProperties } from './left-out.ts';
import { OwnRuns } from './own-runs.ts';
import { registryAuth, strayCredentials } from './registry-auth.ts';
import { removeFully, removeUnlessKept } from './remove.ts';
import { type DockerConfig, readSettings, type Settings } from './settings.ts';
import { asRefusal, explainUnusable } from './unusable.ts';

export interface DockerRunnerOptions {
  /** For DOCKER_HOST and its like, and for credential helpers. */
  readonly env: Environment;
  /** `volume-enabled` of the runner's plugin configuration. */
  readonly volumeEnabled: boolean;
}

/** How an engine is found and spoken to. */
interface Way {
  readonly host?: string | undefined;
  readonly headers?: Settings['headers'];
}

/** An engine that was reached, with the pulls that are under way on it and what is known of its images. */
interface Reached {
  readonly engine: Engine;
  readonly puller: Puller;
  readonly digests: ImageDigests;
}

export class DockerRunner extends DeclaredRunner implements TaskRunner<DockerConfig> {
  readonly capabilities: Capabilities = {
    needsImage: true,
    separateStreams: true,
    memoryLimit: true,
    inheritsEnvironment: false,
  };
  readonly #options: DockerRunnerOptions;
  readonly #reached = new Map<string, Promise<Reached>>();
  /** Runs that this process prepared: opening one is no adoption. */
  readonly #own = new OwnRuns();

  constructor(options: DockerRunnerOptions) {
    super(dockerDeclaration);
    this.#options = options;
  }

  async probe(config: DockerConfig): Promise<Probe> {
    try {
      const { engine } = await this.#reach(readSettings(config));
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

  /** Only for an engine that a task names: the sweep, which finds containers by their owner, does not know of it. */
  announce(spec: RunSpec, config: DockerConfig): Handle | undefined {
    const { host } = readSettings(config);
    if (host === undefined) return undefined;
    return { runner: this.type, version: handleVersion, runId: spec.runId, data: { host }, announced: true };
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
      const reached = await this.#reach(settings);
      return await this.#prepare(reached, image, spec, settings, progress, signal);
    } catch (error) {
      throw asRefusal(error, this.#options.env);
    }
  }

  async open(handle: Handle, spec: RunSpec, config: DockerConfig): Promise<Run | Lost> {
    const settings = readSettings(config);
    const { containerId, host } = readHandle(handle);
    const { engine, digests } = await this.#reach({ ...settings, host: settings.host ?? host });
    const name = containerName(handle.runId);
    const created = this.#own.takeNew(handle.runId);
    const inspectedMs = created?.inspectedMs ?? performance.now();
    const container = created?.container ?? (await inspectIfThere(engine, containerId));
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
    const { outputTime } = created ?? {};
    return new DockerRun({ engine, digests, container, inspectedMs, outputTime, name, spec, settings });
  }

  async *list(owner: string, config: DockerConfig): AsyncIterable<Handle> {
    const settings = readSettings(config);
    const { host } = settings;
    const { engine } = await this.#reach(settings);
    for (const { Id, State, Labels } of await listContainers(engine, [`${ownerLabel}=${owner}`])) {
      const runId = Labels?.[runLabel];
      // What is to be kept is kept for what its program did: never started, it is a remainder like any other.
      if (runId === undefined || (Labels?.[keptLabel] !== undefined && State !== 'created')) continue;
      const data = { containerId: Id, ...(host !== undefined && { host }) };
      const executionId = Labels?.['kestra.io/execution-id'];
      const whose = executionId === undefined ? {} : { executionId };
      yield { runner: this.type, version: handleVersion, runId, ...whose, data };
    }
  }

  async remove(handle: Handle, config: DockerConfig): Promise<void> {
    this.#own.takeNew(handle.runId);
    const { containerId, host } = readHandle(handle);
    const settings = readSettings(config);
    const { engine } = await this.#reach({ ...settings, host: settings.host ?? host });
    await removeUnlessKept(engine, containerId, handle.runId);
  }

  #reach(way: Way): Promise<Reached> {
    const key = JSON.stringify([way.host, way.headers]);
    let reached = this.#reached.get(key);
    if (!reached) {
      reached = reach(way, this.#options);
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
    const command = fittedCommand(spec);
    const copies = needsCopyIn(engine, spec, settings);
    const outputVolume = !copies && settings.filesBy === 'VOLUME';
    const volumes = this.#options.volumeEnabled ? settings.volumes : [];
    for (const text of leftOutProperties(settings, volumes, engine)) progress({ kind: 'trouble', text });
    const { apiMinor, podman } = engine;
    const options = { image, outputVolume, volumes, apiMinor, podman };
    const body = containerBody({ ...spec, argv: command.argv }, settings, options);
    const pull = () => this.#pull(engine, puller, image, settings, progress, signal);
    const { containerId, started } = await createWithImage(engine, spec, body, { image, pull, ...settings }, progress);
    const { host } = settings;
    const data = { containerId, ...(host !== undefined && { host }) };
    const handle = { runner: this.type, version: handleVersion, runId: spec.runId, data };
    this.#own.add(spec.runId);
    if (started) return handle;
    try {
      signal.throwIfAborted();
      const content = { spec, command, copies, outputVolume };
      this.#own.add(spec.runId, await fillContainer(engine, containerId, content, progress, signal));
      signal.throwIfAborted();
      return handle;
    } catch (error) {
      await removeFully(engine, containerId);
      throw error;
    }
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
      const words = `${(error as Error).message}${strayCredentials(image, settings)}`;
      throw imageUnavailable(image, words, engine);
    }
  }
}

async function reach({ host, headers }: Way, { env }: DockerRunnerOptions): Promise<Reached> {
  const engine = await Engine.reach(findEndpoint(host, env), headers);
  return { engine, puller: new Puller(engine), digests: new ImageDigests(engine) };
}
