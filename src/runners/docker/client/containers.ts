/** The container calls (https://docs.docker.com/reference/api/engine/version/v1.51/#tag/Container), as far as used. */
import type { Readable } from 'node:stream';
import { EngineError } from '../../engine-error.ts';
import type { Engine } from './engine.ts';

export interface ContainerState {
  /** created, running, paused, restarting, removing, exited, dead; Podman adds initialized, configured, stopped. */
  readonly Status: string;
  readonly Running: boolean;
  readonly OOMKilled: boolean;
  readonly ExitCode: number;
  readonly Error?: string;
  /** Year 1 as long as it was never started. */
  readonly StartedAt: string;
}

export interface Container {
  readonly Id: string;
  readonly State: ContainerState;
  /** The id of its image, of Podman without `sha256:`. */
  readonly Image: string;
  readonly Config: {
    /** The name by which the image was asked for. */
    readonly Image: string;
    /** Of the task, else of the image; empty is root. */
    readonly User?: string;
    readonly Labels?: Readonly<Record<string, string>> | null;
  };
  readonly HostConfig: { readonly LogConfig?: { readonly Type?: string } };
}

export interface ListedContainer {
  readonly Id: string;
  readonly State: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
}

/** The answer to a wait. */
export interface WaitAnswer {
  readonly StatusCode: number;
  readonly Error?: { readonly Message?: string } | null;
}

/** Creates a container; answers with its id and the engine's warnings. */
export async function createContainer(
  engine: Engine,
  name: string,
  body: object,
): Promise<{ readonly Id: string; readonly Warnings?: readonly string[] | null }> {
  const { text } = await engine.call('POST', `/containers/create?name=${encodeURIComponent(name)}`, { body });
  return JSON.parse(text);
}

/** @throws EngineError with status 404 when there is none */
export function inspectContainer(engine: Engine, idOrName: string): Promise<Container> {
  return engine.get(`/containers/${encodeURIComponent(idOrName)}/json`);
}

/** undefined when there is no such container. */
export async function inspectIfThere(engine: Engine, idOrName: string): Promise<Container | undefined> {
  try {
    return await inspectContainer(engine, idOrName);
  } catch (error) {
    if (error instanceof EngineError && error.status === 404) return undefined;
    throw error;
  }
}

/** Not repeated on its own: a program that has ended meanwhile would run a second time. */
export async function startContainer(engine: Engine, id: string): Promise<void> {
  await engine.call('POST', `/containers/${id}/start`, { once: true });
}

/** False when it was not running, or not there, to be signalled. */
export async function killContainer(engine: Engine, id: string, signal: 'SIGTERM' | 'SIGKILL'): Promise<boolean> {
  try {
    await engine.call('POST', `/containers/${id}/kill?signal=${signal}`);
    return true;
  } catch (error) {
    // Docker answers 409 for a container that is not running, Podman 409 or 500.
    if (error instanceof EngineError && (error.status === 404 || error.status === 409)) return false;
    if (error instanceof EngineError && /not running|state improper/i.test(error.message)) return false;
    throw error;
  }
}

/** Removes a container with its anonymous volumes, running or not. False when there was none. */
export async function removeContainer(engine: Engine, id: string): Promise<boolean> {
  try {
    await engine.call('DELETE', `/containers/${id}?force=1&v=1`);
    return true;
  } catch (error) {
    if (error instanceof EngineError && error.status === 404) return false;
    throw error;
  }
}

/** Running or not, those that have all of these labels. */
export async function listContainers(engine: Engine, labels: readonly string[]): Promise<ListedContainer[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: labels }));
  return await engine.get(`/containers/json?all=1&filters=${filters}`);
}

/**
 * Waits for the end of a container that was started: one that never was counts as not running, and is answered at
 * once. Resolves with the answer's stream once the engine has taken the request, which its headers show.
 */
export function waitContainer(engine: Engine, id: string, signal: AbortSignal): Promise<Readable> {
  return engine.stream('POST', `/containers/${id}/wait?condition=not-running`, { signal });
}

/** The log as frames (see frames.ts), each record with its time. `since` as the engine reads it, inclusive or not; `tail`: the last ones. */
export function openLog(
  engine: Engine,
  id: string,
  options: {
    readonly follow: boolean;
    readonly since?: string | undefined;
    readonly tail?: number;
    readonly signal: AbortSignal;
  },
): Promise<Readable> {
  const query = `stdout=1&stderr=1&timestamps=1&follow=${options.follow ? 1 : 0}`;
  const since = options.since === undefined ? '' : `&since=${options.since}`;
  const tail = options.tail === undefined ? '' : `&tail=${options.tail}`;
  return engine.stream('GET', `/containers/${id}/logs?${query}${since}${tail}`, { signal: options.signal });
}

/** Unpacks a tar stream into a folder of the container, which exists. */
export async function putArchive(
  engine: Engine,
  id: string,
  path: string,
  tar: Readable,
  signal: AbortSignal,
): Promise<void> {
  const headers = { 'Content-Type': 'application/x-tar' };
  const query = `path=${encodeURIComponent(path)}`;
  const answer = await engine.stream('PUT', `/containers/${id}/archive?${query}`, { body: tar, headers, signal });
  answer.resume();
}

/** Does the engine say that it has no such container? Of a path that is not in a container it says 404, too. */
export function isContainerGone(error: unknown): boolean {
  return error instanceof EngineError && error.status === 404 && /no such container/i.test(error.message);
}

/**
 * A file or folder as a tar stream, whose names begin with its last part; undefined when it is not in the container.
 * @throws EngineError when there is no container; see `isContainerGone`
 */
export async function getArchive(
  engine: Engine,
  id: string,
  path: string,
  signal: AbortSignal,
): Promise<Readable | undefined> {
  try {
    return await engine.stream('GET', `/containers/${id}/archive?path=${encodeURIComponent(path)}`, { signal });
  } catch (error) {
    if (error instanceof EngineError && error.status === 404 && !isContainerGone(error)) return undefined;
    throw error;
  }
}

/** When a file or folder was changed, as the engine spells it; undefined when it is not there. */
export async function changeTime(engine: Engine, id: string, path: string): Promise<string | undefined> {
  try {
    const { headers } = await engine.call('HEAD', `/containers/${id}/archive?path=${encodeURIComponent(path)}`);
    const stat = Buffer.from(headers.get('x-docker-container-path-stat') ?? '', 'base64').toString('utf8');
    return (JSON.parse(stat) as { mtime?: string }).mtime;
  } catch (error) {
    if (error instanceof EngineError && error.status === 404) return undefined;
    throw error;
  }
}

interface Statistics {
  readonly memory_stats?: {
    readonly usage?: number;
    readonly stats?: { readonly inactive_file?: number; readonly total_inactive_file?: number };
  };
}

/**
 * Bytes of memory that a running container uses, without the pages of files that the kernel would give up at once, as
 * `docker stats` counts them (https://docs.docker.com/reference/cli/docker/container/stats/). Undefined where the
 * engine does not tell.
 */
export async function memoryUse(engine: Engine, id: string): Promise<number | undefined> {
  const { memory_stats: memory } = await engine.get<Statistics>(`/containers/${id}/stats?stream=0&one-shot=1`);
  if (memory?.usage === undefined) return undefined;
  const { total_inactive_file: ofGroup, inactive_file: own = 0 } = memory.stats ?? {};
  return Math.max(0, memory.usage - (ofGroup ?? own));
}
