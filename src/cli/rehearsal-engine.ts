/**
 * A Docker engine for the rehearsal, behind a true socket: so what Node runs for one is compiled, too. It knows one
 * container, which starts, says a line and ends.
 */
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { archiveEnd, tarHeader } from '../files/tar-header.ts';

const unchanged = Buffer.from(JSON.stringify({ mtime: '2026-01-01T00:00:00Z' })).toString('base64');
const head = `HTTP/1.1 200 OK\r\nApi-Version: 1.51\r\nX-Docker-Container-Path-Stat: ${unchanged}\r\n`;

/** A frame of Docker's log stream: the stream's number, three zeros, the length, the line with its time. */
function logFrame(): Buffer {
  const line = Buffer.from(`${new Date().toISOString()} hi\n`);
  return Buffer.concat([Buffer.from([1, 0, 0, 0, 0, 0, 0, line.length]), line]);
}

function inspected(hasEnded: boolean): object {
  const state = { Running: false, OOMKilled: false, ExitCode: 0 };
  const told = hasEnded
    ? { ...state, Status: 'exited', StartedAt: '2026-01-01T00:00:00Z' }
    : { ...state, Status: 'created', StartedAt: '0001-01-01T00:00:00Z' };
  return {
    Id: 'c',
    Image: 'sha256:0',
    State: told,
    Config: { Image: 'image' },
    HostConfig: { LogConfig: { Type: 'json-file' } },
  };
}

/** What most programs leave in their output directory. */
const emptyFolder = Buffer.concat([
  tarHeader({ name: 'output/', type: 'directory', mode: 0o777, mtime: new Date(0) }),
  archiveEnd,
]);

/** Answers call by call; what waits for the container's end is answered in chunks, its head at once. */
function serve(socket: Socket, ended: PromiseWithResolvers<void>, hasEnded: () => boolean): void {
  const say = (body: Buffer | object) => {
    const bytes = body instanceof Buffer ? body : Buffer.from(JSON.stringify(body));
    socket.write(`${head}Content-Length: ${bytes.length}\r\n\r\n`);
    socket.write(bytes);
  };
  const sayAtTheEnd = async (body: () => Buffer) => {
    socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n`);
    await ended.promise;
    const bytes = body();
    socket.write(`${bytes.length.toString(16)}\r\n`);
    socket.write(bytes);
    socket.write('\r\n0\r\n\r\n');
  };
  // The log that is followed is left without a word once the container has ended.
  socket.on('error', () => {});
  socket.on('data', bytes => {
    const [call = ''] = bytes.toString().split(' HTTP/1.1\r\n');
    if (call.includes('/wait')) return void sayAtTheEnd(() => Buffer.from('{"StatusCode":0}'));
    if (call.includes('/logs')) return void sayAtTheEnd(logFrame);
    if (call.includes('/images/')) return say({ Id: 'sha256:0', RepoDigests: ['image@sha256:0'] });
    if (call.includes('/create')) return say({ Id: 'c' });
    if (call.startsWith('GET ') && call.includes('/archive')) return say(emptyFolder);
    if (call.includes('/start')) ended.resolve();
    say(call.endsWith('/json') ? inspected(hasEnded()) : Buffer.alloc(0));
  });
}

/**
 * An engine with a container of its own, which listens at a path of the file system.
 * @returns what closes it; then nothing is open any more, on either side
 */
export async function openRehearsalEngine(path: string): Promise<() => Promise<void>> {
  const ended = Promise.withResolvers<void>();
  let started = false;
  void ended.promise.then(() => {
    started = true;
  });
  const sockets = new Set<Socket>();
  const server = createServer(socket => {
    sockets.add(socket);
    serve(socket, ended, () => started);
  });
  await once(server.listen(path), 'listening');
  return async () => {
    server.close();
    // The other side, which is told of the end, closes first.
    for (const socket of sockets) socket.end();
    await once(server, 'close');
  };
}
