/**
 * One HTTP exchange on Node's own client: redirects, time limits, a proxy, certificates. `fetch` is not used: it takes
 * 28 ms of CPU to load, and its proxies and certificates need a library beside it.
 */
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { basicAuthorization } from './authorization.ts';
import { HttpError, unreachable } from './http-error.ts';

/** Names of headers as they are sent. */
export interface HttpRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** How a request is made, whatever it asks. */
export interface HttpOptions {
  readonly followRedirects: boolean;
  /** Milliseconds until a connection must be there. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds without a byte from the other side. */
  readonly idleTimeoutMs: number;
  readonly insecureTrustAllCertificates: boolean;
  readonly proxy?: HttpProxy;
}

/** The way to a server that is not reached directly. */
export interface HttpProxy {
  readonly type: 'HTTP' | 'SOCKS';
  readonly host: string;
  readonly port: number;
  readonly user?: { readonly name: string; readonly password: string };
}

/** `body` must be read or destroyed. `url` is that of the last redirect. */
export interface HttpResponse {
  /** After redirects. */
  readonly url: URL;
  readonly code: number;
  /** By name as the server spells it. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** To be read to its end, or destroyed. */
  readonly body: IncomingMessage;
}

const maxRedirects = 50;
const redirectCodes: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** They would reach another host than the user named. */
const privateHeaders: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization']);

/** Sends a request; resolves when the response's head is there. @throws HttpError, or the signal's reason */
export async function exchange(
  request: HttpRequest,
  options: HttpOptions,
  signal: AbortSignal | undefined,
): Promise<HttpResponse> {
  let current = request;
  for (let redirects = 0; ; redirects++) {
    const response = await once(current, options, signal);
    const location = response.body.headers.location;
    if (!options.followRedirects || location === undefined || !redirectCodes.has(response.code)) return response;
    response.body.destroy();
    if (redirects === maxRedirects) throw new HttpError(`${request.url} leads from one redirect to the next.`);
    current = redirected(current, response.code, location);
  }
}

function redirected(request: HttpRequest, code: number, location: string): HttpRequest {
  if (!URL.canParse(location, request.url.href)) throw new HttpError(`${request.url} redirects to "${location}".`);
  const url = new URL(location, request.url.href);
  const asGet = code === 303 || (code < 303 && request.method === 'POST');
  const dropped = (name: string) =>
    (url.origin !== request.url.origin && privateHeaders.has(name.toLowerCase())) ||
    (asGet && name.toLowerCase().startsWith('content-'));
  const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !dropped(name)));
  if (asGet) return { url, method: request.method === 'HEAD' ? 'HEAD' : 'GET', headers };
  return { ...request, url, headers };
}

async function once(
  { url, method, headers, body }: HttpRequest,
  options: HttpOptions,
  signal: AbortSignal | undefined,
): Promise<HttpResponse> {
  signal?.throwIfAborted();
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new HttpError(`${url} cannot be requested: the address must begin with http:// or https://.`);
  }
  const secure = url.protocol === 'https:';
  const { request } = secure ? await import('node:https') : await import('node:http');
  const { proxy } = options;
  const proxied = proxy?.type === 'HTTP' && !secure ? proxy : undefined;
  const tunnel =
    proxy && !proxied ? await (await import('./tunnel.ts')).openTunnel(url, proxy, options, signal) : undefined;
  const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
  const settings: RequestOptions & { rejectUnauthorized?: boolean } = {
    method,
    headers: {
      ...(body && { 'Content-Length': body.length }),
      ...(proxied?.user && { 'Proxy-Authorization': basicAuthorization(proxied.user) }),
      ...headers,
    },
    // Nothing is kept open: the process ends when its work does. An agent would pass over the tunnel.
    ...(tunnel ? { createConnection: () => tunnel } : { agent: false }),
    ...(signal && { signal }),
    ...(secure && { rejectUnauthorized: !options.insecureTrustAllCertificates }),
  };
  const sent = checked(url, () =>
    proxied
      ? request({
          ...settings,
          host: proxied.host,
          port: proxied.port,
          path: url.href,
          headers: { Host: url.host, ...settings.headers },
        })
      : request(url, settings),
  );
  const connecting =
    options.connectTimeoutMs === undefined || (tunnel && !secure)
      ? undefined
      : setTimeout(
          () => sent.destroy(new Error(`no connection within ${options.connectTimeoutMs} ms`)),
          options.connectTimeoutMs,
        );
  sent.on('socket', socket => socket.once(secure ? 'secureConnect' : 'connect', () => clearTimeout(connecting)));
  sent.setTimeout(options.idleTimeoutMs, () => sent.destroy(new Error(`silence for ${options.idleTimeoutMs} ms`)));
  sent.on('close', () => clearTimeout(connecting));
  sent.on('response', response =>
    resolve({ url, code: response.statusCode ?? 0, headers: headersOf(response), body: response }),
  );
  sent.on('error', error => reject(signal?.aborted ? signal.reason : unreachable(url, error)));
  sent.end(body);
  return promise;
}

/** Node refuses a method or a header that no request can have. @throws HttpError */
function checked(url: URL, make: () => ClientRequest): ClientRequest {
  try {
    return make();
  } catch (error) {
    throw new HttpError(`${url} cannot be requested: ${(error as Error).message}.`, { cause: error });
  }
}

function headersOf({ rawHeaders }: IncomingMessage): Readonly<Record<string, readonly string[]>> {
  const headers = new Map<string, string[]>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const [name, value] = [rawHeaders[i] as string, rawHeaders[i + 1] as string];
    const known = headers.get(name);
    if (known) known.push(value);
    else headers.set(name, [value]);
  }
  return Object.fromEntries(headers);
}
