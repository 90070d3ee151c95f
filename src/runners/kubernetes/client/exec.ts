/**
 * Runs a command in a container over WebSocket (https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/,
 * `connect GET exec`). Each message starts with its channel: 0 stdin, 1 stdout, 2 stderr, 3 the status as JSON; with
 * v5.channel.k8s.io 255 closes a channel (https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/4006-transition-spdy-to-websockets).
 */
import type { IncomingMessage } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import type { WebSocket } from 'ws';
import { UnreachableError } from '../../engine-error.ts';
import { apiError, type Connection } from './connection.ts';
import { podsPath } from './pods.ts';

export interface ExecTarget {
  readonly connection: Connection;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

export interface ExecOptions {
  /** Read only as fast as the server takes it. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
}

export interface Execution {
  /** Must be read, or be resumed; it holds the server back. */
  readonly stdout: Readable;
  /**
   * How the command ended. Rejected when that is not known: a connection closed without a status says nothing.
   * @throws UnreachableError
   */
  readonly done: Promise<{ readonly exitCode: number; readonly message: string; readonly stderr: string }>;
}

interface Status {
  readonly status?: 'Success' | 'Failure';
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly causes?: readonly { readonly reason?: string; readonly message?: string }[] };
}

const handshakeLimitMs = 30_000;
const pingMs = 5_000;
const pongLimitMs = 30_000;
/** Bytes that may wait to be sent before stdin is not read on. */
const sendAheadBytes = 1024 * 1024;
const stderrLimit = 64 * 1024;
const chunkBytes = 64 * 1024;
const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];

/**
 * Resolves once the server has taken the command.
 * @throws ApiError, UnreachableError
 */
export async function exec(target: ExecTarget, command: readonly string[], options: ExecOptions): Promise<Execution> {
  const socket = await open(target, command, options);
  const stdout = new PassThrough({ highWaterMark: 1024 * 1024 });
  const done = converse(socket, stdout, target.connection.access.server.origin, options);
  // Who reads stdout learns of a break there; who awaits `done`, here. Neither has to do both.
  done.then(
    () => stdout.end(),
    error => stdout.destroy(error),
  );
  stdout.on('error', () => {});
  return { stdout, done };
}

async function open(target: ExecTarget, command: readonly string[], options: ExecOptions): Promise<WebSocket> {
  const { WebSocket } = await import('ws');
  const { connection, namespace, pod, container } = target;
  const query = new URLSearchParams({ container, stdout: 'true', stderr: 'true' });
  if (options.stdin) query.set('stdin', 'true');
  for (const word of command) query.append('command', word);
  const url = connection.url(`${podsPath(namespace, pod, 'exec')}?${query}`);
  url.protocol = url.protocol.replace('http', 'ws');
  for (let fresh = false; ; fresh = true) {
    options.signal.throwIfAborted();
    const headers = await connection.credentials(fresh);
    const answer = await new Promise<WebSocket | IncomingMessage>((resolve, reject) => {
      const socket = new WebSocket(url, protocols, {
        ...connection.tls,
        headers,
        handshakeTimeout: handshakeLimitMs,
        perMessageDeflate: false,
      });
      const abort = () => socket.terminate();
      options.signal.addEventListener('abort', abort, { once: true });
      const settled = () => options.signal.removeEventListener('abort', abort);
      socket.once('open', () => {
        settled();
        resolve(socket);
      });
      socket.once('unexpected-response', (_request, response) => {
        settled();
        resolve(response);
      });
      socket.on('error', error => {
        settled();
        reject(
          options.signal.aborted ? options.signal.reason : new UnreachableError(connection.access.server.origin, error),
        );
      });
    });
    if (answer instanceof WebSocket) return answer;
    const parts: Buffer[] = [];
    for await (const part of answer) parts.push(part as Buffer);
    const status = answer.statusCode ?? 0;
    if (status === 401 && !fresh && connection.access.token) continue;
    throw apiError(status, Buffer.concat(parts).toString('utf8'), answer.headers['retry-after']);
  }
}

function converse(
  socket: WebSocket,
  stdout: PassThrough,
  server: string,
  { stdin, signal }: ExecOptions,
): Execution['done'] {
  return new Promise((resolve, reject) => {
    let stderr = '';
    let status: Status | undefined;
    let heard = Date.now();
    const pings = setInterval(() => {
      if (Date.now() - heard > pongLimitMs) socket.terminate();
      else socket.ping();
    }, pingMs);
    const abort = () => socket.terminate();
    signal.addEventListener('abort', abort, { once: true });
    socket.on('pong', () => {
      heard = Date.now();
    });
    socket.on('message', (data: Buffer) => {
      heard = Date.now();
      const content = data.subarray(1);
      if (data[0] === 1 && content.length > 0 && !stdout.write(content)) {
        socket.pause();
        stdout.once('drain', () => socket.resume());
      } else if (data[0] === 2 && stderr.length < stderrLimit) stderr += content.toString('utf8');
      else if (data[0] === 3) {
        status = JSON.parse(content.toString('utf8')) as Status;
        socket.close();
      }
    });
    socket.on('close', () => {
      clearInterval(pings);
      signal.removeEventListener('abort', abort);
      if (status) resolve({ ...endOf(status), stderr });
      else if (signal.aborted) reject(signal.reason);
      else reject(new UnreachableError(server, new Error('the exec connection was closed without a status')));
    });
    if (stdin) void send(socket, stdin, fail);
    function fail(error: Error): void {
      if (!status) reject(error);
      socket.terminate();
    }
  });
}

async function send(socket: WebSocket, stdin: AsyncIterable<Uint8Array>, fail: (error: Error) => void): Promise<void> {
  try {
    if (socket.protocol !== protocols[0]) {
      throw new Error(
        'this API server cannot end the input of a command (v5.channel.k8s.io): Kubernetes 1.30 or later is needed',
      );
    }
    for await (const chunk of stdin) {
      for (let from = 0; from < chunk.length; from += chunkBytes) {
        if (socket.readyState !== socket.OPEN) return;
        const sent = transmit(socket, 0, chunk.subarray(from, from + chunkBytes));
        if (socket.bufferedAmount > sendAheadBytes) await sent;
      }
    }
    await transmit(socket, 255, new Uint8Array([0]));
  } catch (error) {
    fail(error as Error);
  }
}

/** Resolves when it is written to the connection, or when there is none any more, which its close tells. */
function transmit(socket: WebSocket, channel: number, content: Uint8Array): Promise<void> {
  const message = Buffer.allocUnsafe(content.length + 1);
  message[0] = channel;
  message.set(content, 1);
  return new Promise(resolve => socket.send(message, () => resolve()));
}

function endOf({ status, reason, message = '', details }: Status): { exitCode: number; message: string } {
  if (status === 'Success') return { exitCode: 0, message: '' };
  const code = details?.causes?.find(cause => cause.reason === 'ExitCode')?.message;
  return { exitCode: reason === 'NonZeroExitCode' && code ? Number(code) : -1, message };
}
