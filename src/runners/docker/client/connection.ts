/** HTTP to one engine, over sockets that are kept for the next request. */
import type { Readable } from 'node:stream';
import { EngineError, UnreachableError } from '../../engine-error.ts';
import type { Endpoint } from './endpoint.ts';
import { engineMessage } from './errors.ts';
import { type Dial, dialTo } from './http/dial.ts';
import type { HttpSocket } from './http/http-socket.ts';
import { framing, type Headers, requestHead, sendChunked } from './http/request.ts';
import { SocketPool } from './http/socket-pool.ts';
import { StreamedAnswer } from './http/streamed-answer.ts';
import { type Answer, WholeAnswer } from './http/whole-answer.ts';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';

export interface CallOptions {
  readonly body?: object;
  readonly headers?: Headers;
  /** Asking twice does more than asking once: an answer that was lost is not asked for again. */
  readonly once?: boolean;
}

export interface StreamOptions {
  /** Sent as it comes, held back by the engine. */
  readonly body?: Readable;
  readonly headers?: Headers;
  /** Aborting it closes the connection. */
  readonly signal?: AbortSignal;
}

/** A start waits for the container's network and file systems; 20 at once on two cores took 6 s here. */
const callLimitMs = 120_000;

export class Connection {
  readonly endpoint: Endpoint;
  readonly #pool: SocketPool;
  readonly #headers: Headers;

  private constructor(endpoint: Endpoint, headers: Headers, dial: Dial) {
    this.endpoint = endpoint;
    const { host = 'localhost', port } = endpoint;
    const name = host.includes(':') ? `[${host}]` : host;
    this.#headers = { Host: port === undefined ? name : `${name}:${port}`, ...headers };
    this.#pool = new SocketPool(dial);
  }

  /** @param headers go with every request, for a proxy before the engine */
  static async to(endpoint: Endpoint, headers: Headers): Promise<Connection> {
    return new Connection(endpoint, headers, await dialTo(endpoint));
  }

  /**
   * A short call with its whole answer. A kept-alive socket that was closed meanwhile costs one more try.
   * @throws EngineError for every status from 400 on
   * @throws UnreachableError
   */
  async call(method: Method, path: string, { body, headers = {}, once }: CallOptions = {}): Promise<Answer> {
    const content = Buffer.from(body === undefined ? '' : JSON.stringify(body));
    const type: Headers = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const head = requestHead(method, path, this.#headers, headers, type, framing(method, content.length));
    const request = Buffer.concat([head, content]);
    let answer: Answer;
    try {
      answer = await this.#exchange(this.#pool.take(), method, path, request);
    } catch (error) {
      if (once || !(error instanceof StaleSocket)) throw error;
      answer = await this.#exchange(this.#pool.open(), method, path, request);
    }
    if (answer.status >= 400) throw new EngineError(answer.status, engineMessage(answer.text));
    return answer;
  }

  /**
   * A call whose answer is read as it comes; nothing limits its time. Resolves when the headers are there.
   * @throws EngineError for every status from 400 on
   * @throws UnreachableError
   */
  async stream(method: Method, path: string, { body, headers = {}, signal }: StreamOptions = {}): Promise<Readable> {
    signal?.throwIfAborted();
    const head = requestHead(method, path, this.#headers, headers, framing(method, body ? 'chunked' : 0));
    const begin = (held: HttpSocket) => this.#begin(held, method, head, body, signal);
    // A body can be sent once only, so it gets a socket that is certainly open.
    if (body) return await begin(this.#pool.open());
    try {
      return await begin(this.#pool.take());
    } catch (error) {
      if (!(error instanceof StaleSocket)) throw error;
      return await begin(this.#pool.open());
    }
  }

  async #begin(
    held: HttpSocket,
    method: Method,
    request: Buffer,
    body: Readable | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Readable> {
    const answer = new StreamedAnswer(held);
    const abort = () => answer.destroy(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    answer.once('close', () => signal?.removeEventListener('abort', abort));
    held.send(method, request, answer, body !== undefined);
    let unsent: unknown;
    if (body) {
      sendChunked(held.socket, body).catch(error => {
        unsent = error;
        held.socket.destroy();
      });
    }
    const { status } = await answer.head.catch(error => {
      if (signal?.aborted) throw signal.reason;
      throw unsent ?? new (held.isReused ? StaleSocket : UnreachableError)(this.endpoint.text, error);
    });
    if (status < 400) return answer;
    throw new EngineError(status, engineMessage(await readText(answer)));
  }

  async #exchange(held: HttpSocket, method: Method, path: string, request: Buffer): Promise<Answer> {
    const limit = setTimeout(() => {
      held.socket.destroy(new Error(`no answer to ${method} ${path.split('?')[0]} within ${callLimitMs / 1000} s`));
    }, callLimitMs);
    const exchange = new WholeAnswer();
    held.send(method, request, exchange);
    try {
      return await exchange.answer;
    } catch (error) {
      // Cut in the middle of an answer, only a question may be asked again: it changes nothing.
      const isStale = held.isReused && (!exchange.hasBegun || method === 'GET');
      throw new (isStale ? StaleSocket : UnreachableError)(this.endpoint.text, error);
    } finally {
      clearTimeout(limit);
    }
  }
}

class StaleSocket extends UnreachableError {}

/** All of a stream as UTF-8. */
export async function readText(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
