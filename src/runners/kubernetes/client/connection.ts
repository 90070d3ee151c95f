/** Calls and streams to one API server over HTTPS, with back-off left to the callers. */
import http from 'node:http';
import https from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import { UnreachableError } from '../../engine-error.ts';
import type { ClusterAccess } from './access.ts';
import { ApiError } from './errors.ts';
import { Turns } from './turns.ts';

/** An API server answers lists of thousands of pods in 1 s (seen at 5,000); one that takes this long is not there. */
const callLimitMs = 30_000;
const connectLimitMs = 10_000;
const callsAtATime = 32;
/** Of streams that come to an end by themselves. */
const readingsAtATime = 16;
const transfersAtATime = 16;
const signalsAtATime = 16;
/** Probes of the kernel find a peer that vanished without a word. */
const keepAliveProbeMs = 30_000;

export interface CallOptions {
  readonly body?: object;
  /** What the body is sent as; the API tells kinds of patches by it. `application/json` when absent. */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

export class Connection {
  readonly access: ClusterAccess;
  /** Files are carried by so many at a time: each has a connection of its own and works on both sides. */
  readonly transfers = new Turns(transfersAtATime);
  /** Programs are signalled by so many at a time, however many end at once: by exec too. */
  readonly signals = new Turns(signalsAtATime);
  /** Streams on kept sockets, of which there are as many: to be taken before one. */
  readonly readings = new Turns(readingsAtATime);
  readonly #agent: http.Agent;
  readonly #keptSockets: http.Agent;
  readonly #turns = new Turns(callsAtATime);
  readonly #request: typeof https.request;
  #secureContext: SecureContext | undefined;
  #reached = false;

  constructor(access: ClusterAccess) {
    this.access = access;
    const plain = access.server.protocol === 'http:';
    this.#request = (plain ? http.request : https.request) as typeof https.request;
    this.#agent = oneServerAgent(plain, callsAtATime);
    this.#keptSockets = oneServerAgent(plain, readingsAtATime);
  }

  /**
   * The TLS side of a connection, also for a WebSocket.
   * @throws Error of OpenSSL when a certificate or key cannot be read
   */
  get tls(): https.RequestOptions {
    const { server, serverName, trustAny, checkHostName } = this.access;
    if (server.protocol === 'https:') this.#secureContext ??= secureContextOf(this.access);
    return {
      ...(this.#secureContext && { secureContext: this.#secureContext }),
      ...(serverName !== undefined && { servername: serverName }),
      rejectUnauthorized: !trustAny,
      ...(!checkHostName && { checkServerIdentity: () => undefined }),
    };
  }

  /** Has the server ever answered? */
  get reached(): boolean {
    return this.#reached;
  }

  url(path: string): URL {
    const { server } = this.access;
    return new URL(`${server.pathname.replace(/\/$/, '')}${path}`, server);
  }

  /** Headers that say who we are. `fresh`: what was said before was refused. */
  async credentials(fresh = false): Promise<Record<string, string>> {
    const { token, basic } = this.access;
    const bearer = await token?.(fresh);
    if (bearer !== undefined) return { Authorization: `Bearer ${bearer}` };
    return basic === undefined ? {} : { Authorization: `Basic ${Buffer.from(basic).toString('base64')}` };
  }

  /**
   * A short call with its whole answer read as JSON. A token that is refused is asked for anew once.
   * @throws ApiError for every status from 400 on
   * @throws UnreachableError
   */
  async call<Answer>(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    options: CallOptions = {},
  ): Promise<Answer> {
    // Thousands of calls at once wait here as what they are; as requests they were 40 KB of memory each.
    const done = await this.#turns.take(options.signal);
    try {
      const limit = AbortSignal.timeout(callLimitMs);
      const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
      const response = await this.#authorized(method, path, { ...options, signal });
      return JSON.parse(await this.#text(response)) as Answer;
    } finally {
      done();
    }
  }

  /**
   * A GET whose answer is read as it comes; nothing limits its time. On a socket of its own, or, when it comes to an
   * end by itself, on one of a few that are kept for that, of which `readings` gives the turns.
   * @throws ApiError for every status from 400 on
   * @throws UnreachableError
   */
  stream(
    path: string,
    signal: AbortSignal,
    socket: 'own socket' | 'kept socket' = 'own socket',
  ): Promise<http.IncomingMessage> {
    return this.#authorized('GET', path, { signal }, socket === 'kept socket' && this.#keptSockets);
  }

  async #authorized(
    method: string,
    path: string,
    options: CallOptions,
    agent: http.Agent | false = this.#agent,
  ): Promise<http.IncomingMessage> {
    for (let fresh = false; ; fresh = true) {
      options.signal?.throwIfAborted();
      const response = await this.#send(method, path, options, agent, await this.credentials(fresh));
      this.#reached = true;
      const status = response.statusCode ?? 0;
      if (status < 400) return response;
      const error = apiError(status, await this.#text(response), response.headers['retry-after']);
      if (status !== 401 || fresh || !this.access.token) throw error;
    }
  }

  async #send(
    method: string,
    path: string,
    { body, contentType = 'application/json', signal }: CallOptions,
    agent: http.Agent | false,
    credentials: Record<string, string>,
  ): Promise<http.IncomingMessage> {
    const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = {
      Accept: 'application/json, */*',
      ...credentials,
      ...(content && { 'Content-Type': contentType, 'Content-Length': String(content.length) }),
    };
    for (let attempt = 1; ; attempt++) {
      let reused = false;
      try {
        return await new Promise((resolve, reject) => {
          const request = this.#request(this.url(path), { ...this.tls, agent, method, headers });
          const abort = () => request.destroy(signal?.reason);
          signal?.addEventListener('abort', abort, { once: true });
          request.once('close', () => signal?.removeEventListener('abort', abort));
          request.once('socket', socket => {
            reused = request.reusedSocket;
            if (!socket.connecting) return;
            socket.setKeepAlive(true, keepAliveProbeMs);
            const limit = setTimeout(
              () => request.destroy(new Error(`no connection within ${connectLimitMs / 1000} s`)),
              connectLimitMs,
            );
            for (const event of ['connect', 'close']) socket.once(event, () => clearTimeout(limit));
          });
          request.once('response', resolve);
          // Stays on: a connection that breaks later is reported here too, while the response alone is read.
          request.on('error', reject);
          request.end(content);
        });
      } catch (error) {
        if (signal?.aborted && !isTimeLimit(signal.reason)) throw signal.reason;
        // The server may close a kept connection in the moment that we use it.
        if (reused && attempt === 1 && !signal?.aborted) continue;
        throw new UnreachableError(this.access.server.origin, error);
      }
    }
  }

  async #text(response: http.IncomingMessage): Promise<string> {
    try {
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part as Buffer);
      return Buffer.concat(parts).toString('utf8');
    } catch (error) {
      throw new UnreachableError(this.access.server.origin, error);
    }
  }
}

/** Once for all connections: reading certificates and keys takes 0.6 ms, half of what opening a connection does. */
function secureContextOf({ ca, cert, key, pfx, passphrase }: ClusterAccess): SecureContext {
  return createSecureContext({
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(pfx !== undefined && { pfx }),
    ...(passphrase !== undefined && { passphrase }),
  });
}

/** All goes to one server in one way: Node would put keys and certificates together to a name for each request. */
function oneServerAgent(plain: boolean, maxSockets: number): http.Agent {
  const agent = new (plain ? http : https).Agent({ keepAlive: true, maxSockets });
  agent.getName = () => 'the API server';
  return agent;
}

function isTimeLimit(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'TimeoutError';
}

/** The error that a refusal holds: a `Status` object, or a proxy's page as it came. */
export function apiError(status: number, text: string, retryAfter?: string): ApiError {
  const seconds = Number(retryAfter);
  const waitMs = retryAfter !== undefined && Number.isFinite(seconds) ? seconds * 1000 : undefined;
  try {
    const { message, reason } = JSON.parse(text) as { message?: unknown; reason?: unknown };
    if (typeof message === 'string') {
      return new ApiError(status, typeof reason === 'string' ? reason : '', message, waitMs);
    }
  } catch {
    // Not JSON: what stands before the API server spoke.
  }
  return new ApiError(status, '', text.trim().slice(0, 500) || `HTTP status ${status}`, waitMs);
}
