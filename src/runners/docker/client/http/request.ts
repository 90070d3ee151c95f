/** A request as bytes (https://www.rfc-editor.org/rfc/rfc9112#section-3). */
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';

export type Headers = Readonly<Record<string, string>>;

/**
 * Request line and headers, up to the empty line. Of headers with the same name, in whatever case, the last one counts.
 * @throws Error for a path or a header that could be read as something else
 */
export function requestHead(method: string, path: string, ...sets: readonly Headers[]): Buffer {
  if (/[^\x21-\x7e]/.test(path)) throw new Error(`the path ${JSON.stringify(path)} cannot be asked for`);
  const lines = new Map<string, string>();
  for (const [name, value] of sets.flatMap(Object.entries<string>)) {
    // The value is not repeated: it may be a token.
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value)) {
      throw new Error(`the header ${JSON.stringify(name)} cannot be sent`);
    }
    lines.set(name.toLowerCase(), `${name}: ${value}\r\n`);
  }
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${[...lines.values()].join('')}\r\n`, 'latin1');
}

/** How the length of a body is told; a body that may be sent and is not is told to be empty. */
export function framing(method: string, length: number | 'chunked'): Headers {
  if (length === 'chunked') return { 'Transfer-Encoding': 'chunked' };
  return length === 0 && (method === 'GET' || method === 'HEAD') ? {} : { 'Content-Length': String(length) };
}

/**
 * Sends a body in chunks as it comes, held back by the peer. Ends early when the connection does, whose listeners know
 * why: a peer that refuses a body answers first and closes then.
 * @throws what the body fails by
 */
export async function sendChunked(socket: Socket, body: Readable): Promise<void> {
  for await (const bytes of body as AsyncIterable<Uint8Array>) {
    if (socket.destroyed) return;
    // An empty chunk would be the last one.
    if (bytes.length > 0) await sendChunk(socket, bytes);
  }
  socket.write('0\r\n\r\n');
}

function sendChunk(socket: Socket, bytes: Uint8Array): Promise<unknown> {
  const sent = Promise.withResolvers();
  socket.cork();
  socket.write(`${bytes.length.toString(16)}\r\n`);
  socket.write(bytes);
  socket.write('\r\n', sent.resolve);
  socket.uncork();
  return sent.promise;
}
