/** HTTP to one engine: short calls over kept-alive sockets, streams over sockets of their own. */
import http from 'node:http';
import type https from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EngineError, UnreachableError } from '../../engine-error.ts';
import type { Endpoint } from './endpoint.ts';
import { engineMessage } from './errors.ts';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';

export type Headers = Readonly<Record<string, string>>;

/** What is used of node:http and node:https. */
export type HttpModule = Pick<typeof http, 'Agent' | 'request'>;

export interface CallOptions {
  readonly body?: object;
  readonly headers?: Headers;
  /** Asking twice does more than asking once: an answer that was lost is not asked for again. */
  readonly once?: boolean;
}

/** Header names are in lower case. */
export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
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
const connectLimitMs = 10_000;
/** Probes on an idle TCP connection find a peer that is gone without a word; a Unix socket needs none. */
const keepAliveProbeMs = 15_000;

/** HTTP to one engine. Short calls share sockets, streams have their own. */
export class Connection {
  readonly endpoint: Endpoint;
  readonly #agent: http.Agent;
  readonly #request: typeof http.request;
  readonly #target: http.RequestOptions & https.RequestOptions;
  readonly #headers: Headers;

  private constructor(endpoint: Endpoint, headers: Headers, module: HttpModule | typeof https) {
    this.endpoint = endpoint;
    this.#headers = headers;
    this.#request = module.request as typeof http.request;
    this.#agent = new module.Agent({ keepAlive: true, keepAliveMsecs: keepAliveProbeMs });
    const { socketPath, host, port, tls } = endpoint;
    this.#target = {
      // Without a name Node looks whether "localhost" is an IPv6 address, by an expression that takes 2 ms to compile.
      ...(socketPath === undefined ? { host, port } : { socketPath, servername: '' }),
      ...(tls && { ca: tls.ca, cert: tls.cert, key: tls.key, rejectUnauthorized: !tls.insecure }),
    } as http.RequestOptions;
  }

  /**
   * @param headers go with every request, for a proxy before the engine
   * @param module another than the one that the endpoint asks for
   */
  static async to(endpoint: Endpoint, headers: Headers, module?: HttpModule): Promise<Connection> {
    const fitting = async () => (endpoint.tls ? (await import('node:https')).default : http);
    return new Connection(endpoint, headers, module ?? (await fitting()));
  }

  /**
   * A short call with its whole answer. A kept-alive socket that was closed meanwhile costs one more try.
   * @throws EngineError for every status from 400 on
   * @throws UnreachableError
   */
  async call(method: Method, path: string, options: CallOptions = {}): Promise<Answer> {
    let answer: Answer;
    try {
      answer = await this.#exchange(method, path, options, this.#agent);
    } catch (error) {
      if (options.once || !(error instanceof StaleSocket)) throw error;
      answer = await this.#exchange(method, path, options, false);
    }
    if (answer.status >= 400) throw new EngineError(answer.status, engineMessage(answer.text));
    return answer;
  }

  /**
   * A call whose answer is read as it comes; nothing limits its time. Resolves when the headers are there.
   * @throws EngineError for every status from 400 on
   * @throws UnreachableError
   */
  async stream(method: Method, path: string, options: StreamOptions = {}): Promise<http.IncomingMessage> {
    const { body, signal } = options;
    const headers = { ...this.#headers, ...options.headers };
    signal?.throwIfAborted();
    const request = this.#request({ ...this.#target, agent: false, method, path, headers });
    const abort = () => request.destroy(signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    request.once('close', () => signal?.removeEventListener('abort', abort));
    this.#watchSocket(request);
    const response = new Promise<http.IncomingMessage>((resolve, reject) => {
      request.once('response', resolve);
      // Stays on: a broken connection is reported here as well as on the response, which alone is read.
      request.on('error', error =>
        reject(signal?.aborted ? signal.reason : new UnreachableError(this.endpoint.text, error)),
      );
    });
    if (body) {
      // An engine that refuses a body answers first and closes then: its answer says more than the broken pipe.
      const sent = pipeline(body, request);
      await Promise.race([response, sent]).catch(async error => {
        if (!(await settlesSoon(response))) throw error;
      });
    } else {
      request.end();
    }
    const answer = await response;
    if ((answer.statusCode ?? 0) < 400) return answer;
    throw new EngineError(answer.statusCode ?? 0, engineMessage(await readText(answer)));
  }

  #exchange(method: Method, path: string, options: CallOptions, agent: http.Agent | false): Promise<Answer> {
    const body = options.body === undefined ? undefined : Buffer.from(JSON.stringify(options.body));
    const headers: Record<string, string | number> = { ...this.#headers, ...options.headers };
    if (body) Object.assign(headers, { 'Content-Type': 'application/json', 'Content-Length': body.length });
    return new Promise((resolve, reject) => {
      const request = this.#request({ ...this.#target, agent, method, path, headers });
      const limit = setTimeout(() => {
        request.destroy(new Error(`no answer to ${method} ${path.split('?')[0]} within ${callLimitMs / 1000} s`));
      }, callLimitMs);
      const fail = (error: Error) => {
        clearTimeout(limit);
        // Cut in the middle of an answer, only a question may be asked again: it changes nothing.
        const stale = request.reusedSocket && (!answered || method === 'GET');
        reject(new (stale ? StaleSocket : UnreachableError)(this.endpoint.text, error));
      };
      let answered = false;
      this.#watchSocket(request);
      request.on('error', fail);
      request.on('response', response => {
        answered = true;
        readText(response).then(text => {
          clearTimeout(limit);
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
        }, fail);
      });
      request.end(body);
    });
  }

  #watchSocket(request: http.ClientRequest): void {
    if (this.endpoint.socketPath !== undefined) return;
    request.once('socket', socket => {
      if (!socket.connecting) return;
      socket.setKeepAlive(true, keepAliveProbeMs);
      const limit = setTimeout(() => request.destroy(connectTimeout()), connectLimitMs);
      for (const event of ['connect', 'close']) socket.once(event, () => clearTimeout(limit));
    });
  }
}

class StaleSocket extends UnreachableError {}

function connectTimeout(): Error {
  return Object.assign(new Error(`no connection within ${connectLimitMs / 1000} s`), { code: 'ETIMEDOUT' });
}

/** True when it resolves within a second. */
async function settlesSoon(promise: Promise<unknown>): Promise<boolean> {
  return await new Promise(resolve => {
    const limit = setTimeout(resolve, 1000, false);
    promise
      .then(
        () => resolve(true),
        () => resolve(false),
      )
      .finally(() => clearTimeout(limit));
  });
}

/** All of a stream as UTF-8. */
export async function readText(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
