/** Connections to an endpoint: a Unix socket, TCP, or TLS. */
import { connect, isIP, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';
import { type Endpoint, EndpointError } from '../endpoint.ts';

/** Gives a connection that is being made: what is written waits for it, and its error tells why there is none. */
export type Dial = () => Socket;

const connectLimitMs = 10_000;
/** Probes on an idle TCP connection find a peer that is gone without a word; a Unix socket needs none. */
const keepAliveProbeMs = 15_000;

/** @throws EndpointError for certificates that are none */
export async function dialTo({ socketPath, host = 'localhost', port = 0, tls }: Endpoint): Promise<Dial> {
  if (socketPath !== undefined) return () => connect({ path: socketPath });
  if (!tls) return () => guarded(connect({ host, port }), 'connect');
  const { connect: connectTls, createSecureContext } = await import('node:tls');
  const { insecure, ...identity } = tls;
  let secureContext: SecureContext;
  try {
    secureContext = createSecureContext(identity);
  } catch (error) {
    const whatToDo = 'Set DOCKER_CERT_PATH to the folder that holds ca.pem, cert.pem and key.pem for this engine.';
    throw new EndpointError(
      `The certificates for the Docker engine cannot be used: ${(error as Error).message}.`,
      whatToDo,
    );
  }
  const options = {
    secureContext,
    rejectUnauthorized: !insecure,
    host,
    port,
    // No name is told of an address (https://www.rfc-editor.org/rfc/rfc6066#section-3).
    servername: isIP(host) ? '' : host,
    ALPNProtocols: ['http/1.1'],
  };
  return () => guarded(connectTls(options), 'secureConnect');
}

function guarded(socket: Socket, ready: 'connect' | 'secureConnect'): Socket {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, keepAliveProbeMs);
  const limit = setTimeout(() => socket.destroy(tooLate()), connectLimitMs);
  for (const event of [ready, 'close']) socket.once(event, () => clearTimeout(limit));
  return socket;
}

function tooLate(): Error {
  return Object.assign(new Error(`no connection within ${connectLimitMs / 1000} s`), { code: 'ETIMEDOUT' });
}
