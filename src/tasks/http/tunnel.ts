/** Connections to a server through a proxy that does not look into what goes by: SOCKS, and HTTP's CONNECT for TLS. */
import type { Duplex } from 'node:stream';
import { basicAuthorization } from './authorization.ts';
import type { HttpOptions, HttpProxy } from './exchange.ts';
import { HttpError, unreachable } from './http-error.ts';

type Limits = Pick<HttpOptions, 'connectTimeoutMs' | 'idleTimeoutMs' | 'insecureTrustAllCertificates'>;

/** A connection on which the request can be made; for https with TLS begun. @throws HttpError */
export async function openTunnel(
  url: URL,
  proxy: HttpProxy,
  limits: Limits,
  signal: AbortSignal | undefined,
): Promise<Duplex> {
  const socket = proxy.type === 'SOCKS' ? await socks(url, proxy, limits) : await connected(url, proxy, limits, signal);
  if (url.protocol !== 'https:') return socket;
  const { connect } = await import('node:tls');
  return connect({ socket, servername: url.hostname, rejectUnauthorized: !limits.insecureTrustAllCertificates });
}

/** By SOCKS 5; the proxy looks the name up. */
async function socks(url: URL, { host, port, user }: HttpProxy, limits: Limits): Promise<Duplex> {
  const { SocksClient } = await import('socks');
  try {
    const { socket } = await SocksClient.createConnection({
      command: 'connect',
      proxy: { host, port, type: 5, ...(user && { userId: user.name, password: user.password }) },
      destination: { host: url.hostname.replace(/^\[|\]$/g, ''), port: portOf(url) },
      timeout: limits.connectTimeoutMs ?? limits.idleTimeoutMs,
    });
    return socket;
  } catch (error) {
    const { message } = error as Error;
    throw new HttpError(`${url.origin} cannot be reached through the SOCKS proxy ${host}:${port}: ${message}`, {
      cause: error,
    });
  }
}

async function connected(
  url: URL,
  { host, port, user }: HttpProxy,
  { idleTimeoutMs }: Limits,
  signal: AbortSignal | undefined,
): Promise<Duplex> {
  const { request } = await import('node:http');
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
  const asked = request({
    host,
    port,
    method: 'CONNECT',
    path: `${url.hostname}:${portOf(url)}`,
    agent: false,
    timeout: idleTimeoutMs,
    headers: { ...(user && { 'Proxy-Authorization': basicAuthorization(user) }) },
    ...(signal && { signal }),
  });
  asked.on('timeout', () => asked.destroy(new Error(`the proxy is silent for ${idleTimeoutMs} ms`)));
  asked.on('connect', (response, socket) => {
    if (response.statusCode === 200) resolve(socket);
    else {
      socket.destroy();
      reject(new HttpError(`The proxy answers ${response.statusCode} when it is asked for ${url.host}.`));
    }
  });
  asked.on('error', error => reject(unreachable(url, error)));
  asked.end();
  return promise;
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}
