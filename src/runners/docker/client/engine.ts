/** An engine that has been reached, with the API version both sides know. */
import type { Readable } from 'node:stream';
import { type CallOptions, Connection, type Method, type StreamOptions } from './connection.ts';
import type { Endpoint } from './endpoint.ts';
import { VersionError } from './errors.ts';
import type { Headers } from './http/request.ts';
import type { Answer } from './http/whole-answer.ts';

/** Docker 19.03; older ones lack what we ask for. */
const oldest = 40;
/** The newest version that the tests run on (test/engines/docker-current). Engines refuse versions they do not know. */
const newest = 56;

/** The calls of one engine; paths are without their version. */
export class Engine {
  readonly endpoint: Endpoint;
  /** The minor number of the API version: 41 for 1.41. */
  readonly apiMinor: number;
  /** Podman's own service, which speaks Docker's API. */
  readonly podman: boolean;
  readonly #connection: Connection;
  readonly #prefix: string;

  private constructor(connection: Connection, apiMinor: number, podman: boolean) {
    this.endpoint = connection.endpoint;
    this.apiMinor = apiMinor;
    this.podman = podman;
    this.#connection = connection;
    this.#prefix = `/v1.${apiMinor}`;
  }

  /**
   * Asks the engine which version it speaks. `/_ping` answers before any version is chosen
   * (https://docs.docker.com/reference/api/engine/version/v1.51/#tag/System/operation/SystemPing); Docker 29 refuses
   * old versions and Docker 20 new ones (traefik/traefik#12253).
   * @param requestHeaders go with every request
   * @throws UnreachableError
   * @throws EngineError
   * @throws VersionError
   */
  static async reach(endpoint: Endpoint, requestHeaders: Headers = {}): Promise<Engine> {
    const connection = await Connection.to(endpoint, requestHeaders);
    const { headers } = await connection.call('GET', '/_ping');
    const said = headers.get('api-version') ?? '1.40';
    const minor = Number(/^1\.(\d+)$/.exec(said)?.[1] ?? Number.NaN);
    if (!(minor >= oldest)) {
      throw new VersionError(`the engine speaks API version ${said}; 1.${oldest} (Docker 19.03) or newer is needed`);
    }
    return new Engine(connection, Math.min(minor, newest), headers.has('libpod-api-version'));
  }

  /**
   * Does it start a process of its own for each copy into or out of a container? Docker did before version 24
   * (moby/moby#44210): 44 ms of its time on 20.10, where a container's whole life takes 207.
   */
  get isSlowToCopy(): boolean {
    return !this.podman && this.apiMinor < 43;
  }

  call(method: Method, path: string, options?: CallOptions): Promise<Answer> {
    return this.#connection.call(method, this.#prefix + path, options);
  }

  async get<T>(path: string): Promise<T> {
    return JSON.parse((await this.call('GET', path)).text) as T;
  }

  stream(method: Method, path: string, options?: StreamOptions): Promise<Readable> {
    return this.#connection.stream(method, this.#prefix + path, options);
  }
}
