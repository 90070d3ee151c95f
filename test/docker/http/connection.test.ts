/** What a connection makes of a peer that behaves in all ways: each answer here is written byte by byte. 2 s. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Connection } from '../../../src/runners/docker/client/connection.ts';
import { EngineError, UnreachableError } from '../../../src/runners/engine-error.ts';

/** Answers one request of which a head has come. */
type Script = (socket: Socket, request: string) => unknown;

const path = join(tmpdir(), `windlass-peer-${process.pid}.sock`);
const endpoint = { text: `unix://${path}`, socketPath: path };
const ok = (body: string, headers = '') => `HTTP/1.1 200 OK\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`;

let script: Script = socket => socket.write(ok('fine'));
/** The connections in the order in which they came, and what came over each. */
let sockets: Socket[] = [];
let heads: string[] = [];
const server = createServer(socket => {
  sockets.push(socket);
  let head = '';
  socket.on('error', () => {});
  socket.on('data', bytes => {
    if (socket.listenerCount('data') > 1) return;
    head += bytes.toString('latin1');
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    heads.push(head.slice(0, end + 2));
    const request = head;
    head = '';
    script(socket, request);
  });
});

beforeEach(async () => {
  sockets = [];
  heads = [];
  script = socket => socket.write(ok('fine'));
  await once(server.listen(path), 'listening');
});
afterEach(async () => {
  vi.useRealTimers();
  const closed = once(server, 'close');
  server.close();
  for (const socket of sockets) socket.destroy();
  await closed;
  await rm(path, { force: true });
});

const reach = () => Connection.to(endpoint, {});
const connections = () => sockets.length;
const closed = (socket: Socket | undefined) => socket?.destroyed || (socket && once(socket, 'close'));

async function failure(promise: Promise<unknown>): Promise<Error & { code?: string }> {
  return await promise.then(
    () => expect.unreachable('it should have failed'),
    error => error,
  );
}

describe('requests', () => {
  test('are one line each, with the length of what follows', async () => {
    const connection = await Connection.to(endpoint, { 'X-Proxy': 'a', host: 'other' });
    await connection.call('GET', '/a?b=c');
    await connection.call('POST', '/start');
    await connection.call('POST', '/create', { body: { name: 'é' } });
    await (await connection.stream('POST', '/wait', { headers: { 'x-proxy': 'b' } })).toArray();
    expect(heads).toEqual([
      'GET /a?b=c HTTP/1.1\r\nhost: other\r\nX-Proxy: a\r\n',
      'POST /start HTTP/1.1\r\nhost: other\r\nX-Proxy: a\r\nContent-Length: 0\r\n',
      'POST /create HTTP/1.1\r\nhost: other\r\nX-Proxy: a\r\nContent-Type: application/json\r\nContent-Length: 13\r\n',
      'POST /wait HTTP/1.1\r\nhost: other\r\nx-proxy: b\r\nContent-Length: 0\r\n',
    ]);
  });

  test.for(['/a b', '/a\r\nX: y', '/é'])('the path %j is refused, and nothing is sent', async path => {
    await expect((await reach()).call('GET', path)).rejects.toThrow('cannot be asked for');
    expect(connections()).toBe(0);
  });

  test.for([
    { 'X\r\nY': 'a' },
    { '': 'a' },
    { X: 'secret\r\nY: b' },
    { X: 'secret\n' },
    { X: 'secret\0' },
    { X: 'secret\u0100' },
  ])('the headers %j are refused without telling the value', async headers => {
    const error = await failure((await reach()).call('GET', '/', { headers }));
    expect(error.message).toMatch(/^the header ".*" cannot be sent$/);
    expect(error.message).not.toContain('secret');
  });
});

describe('kept connections', () => {
  test('calls one after the other use one, calls at once have one each, and later ones use them', async () => {
    const connection = await reach();
    for (let count = 0; count < 3; count++) expect((await connection.call('GET', '/')).text).toBe('fine');
    expect(connections()).toBe(1);
    await Promise.all([1, 2, 3].map(() => connection.call('GET', '/')));
    expect(connections()).toBe(3);
    await Promise.all([1, 2, 3].map(() => connection.call('GET', '/')));
    expect(connections()).toBe(3);
  });

  test('the one that came back last is the next', async () => {
    const connection = await reach();
    script = () => {};
    const calls = [1, 2, 3].map(() => connection.call('GET', '/'));
    await vi.waitFor(() => expect(heads).toHaveLength(3));
    for (const index of [2, 0, 1]) {
      sockets[index]?.write(ok('fine'));
      await calls[index];
    }
    script = socket => {
      socket.write(ok(String(sockets.indexOf(socket))));
    };
    expect((await connection.call('GET', '/')).text).toBe('1');
    expect(connections()).toBe(3);
  });

  test('one that was closed at rest is not tried', async () => {
    const connection = await reach();
    await connection.call('GET', '/');
    sockets[0]?.end();
    await closed(sockets[0]);
    await connection.call('POST', '/', { once: true });
    expect([connections(), heads.length]).toEqual([2, 2]);
  });

  test.for([
    ['closed', (socket: Socket) => socket.destroy()],
    ['ended', (socket: Socket) => socket.end()],
    ['cut within the head', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\nContent-')],
  ] as const)('a second request on one that is %s then is asked again, unless only once', async ([, end]) => {
    const connection = await reach();
    let asked = 0;
    script = socket => {
      asked += 1;
      if (asked % 3 === 2) end(socket);
      else socket.write(ok('fine'));
    };
    await connection.call('GET', '/');
    expect((await connection.call('POST', '/')).text).toBe('fine');
    expect([asked, connections()]).toEqual([3, 2]);
    await connection.call('GET', '/');
    const error = await failure(connection.call('POST', '/', { once: true }));
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error.code).toBe('ECONNRESET');
    expect(asked).toBe(5);
  });

  test('a first request is not asked again, nor one whose answer has begun, but for a question', async () => {
    script = socket => socket.destroy();
    const connection = await reach();
    expect((await failure(connection.call('GET', '/'))).code).toBe('ECONNRESET');
    expect(connections()).toBe(1);
    const cutSecond: Script = socket => {
      if (heads.length % 2 === 1) socket.write(ok('fine'));
      else socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nbeg');
    };
    script = cutSecond;
    heads = [];
    await connection.call('GET', '/');
    expect(await failure(connection.call('POST', '/'))).toBeInstanceOf(UnreachableError);
    heads = [];
    await connection.call('GET', '/');
    expect((await connection.call('GET', '/')).text).toBe('fine');
  });

  test.for([
    ['with the answer', (socket: Socket) => socket.write(ok('one') + ok('two'))],
    ['after it', (socket: Socket) => socket.write(ok('one'), () => setTimeout(() => socket.write(ok('two')), 20))],
  ] as const)('an answer that nobody asked for, %s, is nobody’s', async ([, answer]) => {
    const connection = await reach();
    script = answer;
    expect((await connection.call('GET', '/')).text).toBe('one');
    await closed(sockets[0]);
    script = socket => socket.write(ok('three'));
    expect((await connection.call('POST', '/', { once: true })).text).toBe('three');
    expect(connections()).toBe(2);
  });

  test.for<[string, string]>([
    ['Connection: close', ok('fine', 'Connection: close\r\n')],
    ['HTTP/1.0', ok('fine').replace('1.1', '1.0')],
  ])('an answer with %s ends the connection', async ([, answer]) => {
    script = socket => socket.write(answer);
    const connection = await reach();
    for (let count = 0; count < 2; count++) expect((await connection.call('GET', '/')).text).toBe('fine');
    expect(connections()).toBe(2);
    await closed(sockets[0]);
  });

  test('one at rest does not keep a process alive', async () => {
    const module = new URL('../../../src/runners/docker/client/connection.ts', import.meta.url).href;
    const program = `
      const { Connection } = await import(${JSON.stringify(module)});
      const connection = await Connection.to(${JSON.stringify(endpoint)}, {});
      console.log((await connection.call('GET', '/')).text);`;
    const ended = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program], {
      timeout: 20_000,
    });
    expect(ended.stdout).toBe('fine\n');
  });
});

describe('failures', () => {
  test('a refusal is told in the engine’s words', async () => {
    script = socket => socket.write(ok('{"message":"no such thing"}').replace('200 OK', '404 Not Found'));
    const connection = await reach();
    const refused = expect.objectContaining({ status: 404, message: 'no such thing' });
    expect(await failure(connection.call('GET', '/'))).toEqual(refused);
    expect(await failure(connection.stream('GET', '/'))).toEqual(refused);
    expect((await failure(connection.stream('GET', '/'))) instanceof EngineError).toBe(true);
  });

  test('what is no HTTP is told as it came', async () => {
    script = socket => socket.write('SSH-2.0-OpenSSH_9.2\r\n');
    const connection = await reach();
    const error = await failure(connection.call('GET', '/'));
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error.message).toContain('it does not begin with HTTP/1.: "SSH-2.0-OpenSSH_9.2');
    expect((await failure(connection.stream('GET', '/'))).message).toContain('SSH');
    await Promise.all(sockets.map(closed));
  });

  test.for([
    ['nobody listens', { text: 'tcp', host: '127.0.0.1', port: 9 }, 'ECONNREFUSED'],
    ['there is no socket', { text: 'unix', socketPath: `${path}.not` }, 'ENOENT'],
    ['the socket is a file', { text: 'unix', socketPath: import.meta.filename }, 'ECONNREFUSED'],
  ] as const)('%s', async ([, where, code]) => {
    const connection = await Connection.to(where, {});
    expect(await failure(connection.call('GET', '/'))).toMatchObject({ code, endpoint: where.text });
    expect(await failure(connection.stream('GET', '/'))).toMatchObject({ code, endpoint: where.text });
  });

  test('no answer in two minutes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    script = () => vi.advanceTimersByTime(120_000);
    const error = await failure((await reach()).call('POST', '/containers/create?name=x'));
    expect(error.message).toBe('no answer to POST /containers/create within 120 s');
    await closed(sockets[0]);
  });

  test('a peer that takes the connection and no TLS', async () => {
    const silent = createServer(socket => {
      socket.on('error', () => {});
      // Its first words come when the connection stands.
      socket.once('data', () => vi.advanceTimersByTime(10_000));
    });
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const { port } = silent.address() as { port: number };
    const connection = await Connection.to({ text: 'tls', host: '127.0.0.1', port, tls: { insecure: false } }, {});
    expect(await failure(connection.call('GET', '/'))).toMatchObject({
      code: 'ETIMEDOUT',
      message: 'no connection within 10 s',
    });
    silent.close();
  });
});

describe('streams', () => {
  const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
  const begin = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';

  test('are there with their headers, are read as they come, and leave their connection to the next request', async () => {
    script = socket => socket.write(begin);
    const connection = await reach();
    const stream = await connection.stream('GET', '/');
    const pieces = stream[Symbol.asyncIterator]();
    sockets[0]?.write(chunk('one'));
    expect(String((await pieces.next()).value)).toBe('one');
    sockets[0]?.write(`${chunk('two')}0\r\n\r\n`);
    expect(String((await pieces.next()).value)).toBe('two');
    expect((await pieces.next()).done).toBe(true);
    script = socket => socket.write(ok('fine'));
    expect((await connection.call('GET', '/')).text).toBe('fine');
    expect(connections()).toBe(1);
  });

  test('one that was held back and read at last leaves its connection to the next request', async () => {
    const size = 1_000_000;
    script = socket => socket.write(ok('x'.repeat(size)));
    const connection = await reach();
    const stream = await connection.stream('GET', '/');
    await sleep(50);
    let read = 0;
    for await (const piece of stream) read += piece.length;
    expect(read).toBe(size);
    expect((await connection.call('GET', '/')).text).toHaveLength(size);
    expect(connections()).toBe(1);
  });

  test('a kept connection that was closed meanwhile costs one more try', async () => {
    const connection = await reach();
    await connection.call('GET', '/');
    script = socket => {
      script = other => other.write(ok('again'));
      socket.destroy();
    };
    expect(String(await (await connection.stream('POST', '/wait')).toArray())).toBe('again');
    expect(connections()).toBe(2);
  });

  test('an answer without a length ends with its connection', async () => {
    script = socket => socket.end('HTTP/1.1 200 OK\r\n\r\nall of it');
    expect(String(await (await (await reach()).stream('GET', '/')).toArray())).toBe('all of it');
  });

  test('one that is cut fails for who reads it, and for nobody else', async () => {
    script = socket => socket.end(begin + chunk('one'));
    const connection = await reach();
    await expect((await connection.stream('GET', '/')).toArray()).rejects.toThrow(
      'closed before the end of the answer',
    );
    (await connection.stream('GET', '/')).resume();
    await Promise.all(sockets.map(closed));
    await sleep(10);
  });

  test('50 MB that nobody reads stay with the peer, and come when they are read', async () => {
    const size = 50_000_000;
    script = socket => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`);
      socket.write(Buffer.alloc(size));
    };
    const stream = await (await reach()).stream('GET', '/');
    await sleep(200);
    expect(stream.readableLength).toBeLessThan(200_000);
    const before = process.memoryUsage().arrayBuffers;
    await sleep(200);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1_000_000);
    expect(sockets[0]?.writableLength).toBeGreaterThan(0);
    let read = 0;
    for await (const piece of stream) read += piece.length;
    expect(read).toBe(size);
  });

  test('who stops reading closes the connection', async () => {
    script = socket => socket.write(begin + chunk('one'));
    const stream = await (await reach()).stream('GET', '/');
    for await (const _ of stream) break;
    await closed(sockets[0]);
  });

  test('abort at every stage closes the connection and is the error', async () => {
    const reason = new Error('enough');
    const connection = await reach();
    expect(await failure(connection.stream('GET', '/', { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(connections()).toBe(0);

    const early = new AbortController();
    const opening = connection.stream('GET', '/', { signal: early.signal });
    early.abort(reason);
    expect(await failure(opening)).toBe(reason);

    const asked = new AbortController();
    script = () => asked.abort(reason);
    expect(await failure(connection.stream('GET', '/', { signal: asked.signal }))).toBe(reason);

    const begun = new AbortController();
    script = socket => socket.write(begin + chunk('one'));
    const stream = await connection.stream('GET', '/', { signal: begun.signal });
    const reading = stream.toArray();
    begun.abort(reason);
    expect(await failure(reading)).toBe(reason);
    await Promise.all(sockets.map(closed));

    const late = new AbortController();
    script = socket => socket.write(`${begin + chunk('one')}0\r\n\r\n`);
    const whole = await connection.stream('GET', '/', { signal: late.signal });
    expect(String(await whole.toArray())).toBe('one');
    late.abort(reason);
    script = socket => socket.write(ok('fine'));
    const before = connections();
    expect((await connection.call('GET', '/')).text).toBe('fine');
    expect(connections()).toBe(before);
  });
});

describe('a body that is sent', () => {
  const endless = () => {
    const state = { taken: 0 };
    const body = new Readable({
      read() {
        state.taken += 65_536;
        this.push(Buffer.alloc(65_536));
      },
    });
    return { body, state };
  };

  test('goes in chunks', async () => {
    let sent = '';
    script = (socket, request) => {
      sent += request;
      socket.on('data', bytes => {
        sent += bytes;
        if (sent.endsWith('\r\n0\r\n\r\n')) socket.write(ok(''));
      });
    };
    const pieces = async function* () {
      yield Buffer.from('first');
      yield Buffer.alloc(0);
      await sleep(10);
      yield Buffer.alloc(20, 'x');
    };
    (await (await reach()).stream('PUT', '/', { body: Readable.from(pieces()) })).resume();
    expect(sent.slice(sent.indexOf('\r\n\r\n') + 4)).toBe(`5\r\nfirst\r\n14\r\n${'x'.repeat(20)}\r\n0\r\n\r\n`);
    expect(sent).toContain('\r\nTransfer-Encoding: chunked\r\n');
  });

  test('is held back by a peer that does not take it', async () => {
    script = socket => socket.pause();
    const { body, state } = endless();
    const sending = (await reach()).stream('PUT', '/', { body });
    await sleep(200);
    expect(state.taken).toBeLessThan(2_000_000);
    sockets[0]?.destroy();
    expect(await failure(sending)).toBeInstanceOf(UnreachableError);
    await vi.waitFor(() => expect(body.destroyed).toBe(true));
  });

  test('is refused before it has been taken: the words count, not the broken connection', async () => {
    script = socket => {
      socket.pause();
      socket.end(ok('{"message":"no space"}').replace('200 OK', '413 Too Large'), () => socket.destroy());
    };
    const connection = await reach();
    for (let round = 0; round < 20; round++) {
      const { body } = endless();
      expect(await failure(connection.stream('PUT', '/', { body }))).toMatchObject({
        status: 413,
        message: 'no space',
      });
      await vi.waitFor(() => expect(body.destroyed).toBe(true));
    }
  });

  test('fails by what it fails by itself, and the peer learns that it is not whole', async () => {
    let sent = '';
    script = (socket, request) => {
      sent += request;
      socket.on('data', bytes => {
        sent += bytes;
      });
    };
    const broken = new Error('a file became shorter');
    const pieces = async function* () {
      yield Buffer.from('part');
      await sleep(20);
      throw broken;
    };
    expect(await failure((await reach()).stream('PUT', '/', { body: Readable.from(pieces()) }))).toBe(broken);
    await closed(sockets[0]);
    expect(sent.endsWith('4\r\npart\r\n')).toBe(true);
  });

  test('an abort ends it', async () => {
    script = socket => socket.pause();
    const { body } = endless();
    const signal = AbortSignal.timeout(50);
    expect(await failure((await reach()).stream('PUT', '/', { body, signal }))).toBe(signal.reason);
    await vi.waitFor(() => expect(body.destroyed).toBe(true));
  });
});
