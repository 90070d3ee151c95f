/** HTTP tasks over TLS and through proxies, against servers of this test. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { ValueMap } from '../../src/model/value.ts';
import { TaskHarness } from './task-harness.ts';

const servers: (Server | TcpServer)[] = [];
const open = new Set<Socket>();
/** What went through the proxies: addresses, and who asked. */
const passed: string[] = [];
let secure: number;
let plain: number;
let tunnel: number;
let socks: number;

async function listen<Listening extends Server | TcpServer>(server: Listening): Promise<number> {
  servers.push(server);
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => {});
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  const dir = mkdtempSync(join(tmpdir(), 'windlass-https-'));
  const [key, cert] = [join(dir, 'key'), join(dir, 'cert')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const request = ['req', '-x509', '-nodes', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  execFileSync('openssl', [...request, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  secure = await listen(
    createHttpsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => response.end('safe')),
  );
  rmSync(dir, { recursive: true });
  plain = await listen(createHttpServer((_, response) => response.end('plain')));
  const proxy = createHttpServer();
  proxy.on('connect', (request, socket, head) => {
    passed.push(`${request.url} ${request.headers['proxy-authorization'] ?? '-'}`);
    socket.on('error', () => {});
    if (request.url?.startsWith('forbidden')) socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    else {
      const onward = connect(Number(request.url?.split(':')[1]), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        onward.write(head);
        onward.pipe(socket).pipe(onward);
      });
      onward.on('error', () => {});
    }
  });
  tunnel = await listen(proxy);
  socks = await listen(createTcpServer(socksProxy));
});

afterAll(() => {
  for (const socket of open) socket.destroy();
  for (const server of servers) server.close();
});

/** SOCKS 5 (RFC 1928) with a user and password (RFC 1929) when one is offered; names lead to this machine. */
async function socksProxy(socket: Socket): Promise<void> {
  const next = () => new Promise<Buffer>(resolve => socket.once('data', resolve));
  let who = '-';
  if ((await next()).subarray(2).includes(2)) {
    socket.write(Buffer.from([5, 2]));
    const answer = await next();
    const length = answer[1] ?? 0;
    who = `${answer.subarray(2, 2 + length)}:${answer.subarray(3 + length)}`;
    socket.write(Buffer.from([1, 0]));
  } else socket.write(Buffer.from([5, 0]));
  const asked = await next();
  const named = asked[3] === 3;
  const host = named ? asked.subarray(5, 5 + (asked[4] ?? 0)).toString() : asked.subarray(4, 8).join('.');
  const port = asked.readUInt16BE(asked.length - 2);
  passed.push(`${host}:${port} ${who}`);
  const reply = (code: number) => Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
  if (host === 'forbidden') {
    socket.end(reply(2));
    return;
  }
  const onward = connect(port, '127.0.0.1', () => {
    socket.write(reply(0));
    onward.pipe(socket).pipe(onward);
  });
  onward.on('error', () => {});
}

let harness: TaskHarness;
beforeEach(() => {
  harness = new TaskHarness();
  passed.length = 0;
});
afterEach(() => harness.close());

const get = (uri: string, options: ValueMap = {}) =>
  harness.run('io.kestra.plugin.core.http.Request', { uri, options });
const trusting = { ssl: { insecureTrustAllCertificates: true } };

it('takes a certificate of nobody only where that is asked for', async () => {
  const refused = await get(`https://localhost:${secure}/`);
  expect(refused.failure).toMatch(/cannot be reached: .*self-signed certificate/);
  expect((await get(`https://localhost:${secure}/`, trusting)).outputs.body).toBe('safe');
});

it('goes through an HTTP proxy by CONNECT', async () => {
  const proxy = { type: 'HTTP', address: '127.0.0.1', port: tunnel, username: 'u', password: 'p' };
  expect((await get(`https://nowhere.invalid:${secure}/`, { ...trusting, proxy })).outputs.body).toBe('safe');
  expect(passed).toEqual([`nowhere.invalid:${secure} Basic ${btoa('u:p')}`]);
  expect((await get('https://forbidden/', { proxy })).failure).toMatch(
    /proxy answers 403 when it is asked for forbidden/,
  );
});

it('goes through a SOCKS proxy, which looks names up, with and without TLS', async () => {
  const proxy = { type: 'SOCKS', address: '127.0.0.1', port: socks };
  const limits = { timeout: { connectTimeout: 'PT5S' } };
  expect((await get(`http://nowhere.invalid:${plain}/`, { proxy, ...limits })).outputs.body).toBe('plain');
  const named = { ...trusting, proxy: { ...proxy, username: 'u', password: 'p' } };
  expect((await get(`https://nowhere.invalid:${secure}/`, named)).outputs.body).toBe('safe');
  expect(passed).toEqual([`nowhere.invalid:${plain} -`, `nowhere.invalid:${secure} u:p`]);
});

it('says when a SOCKS proxy refuses, and when there is none', async () => {
  const proxy = { type: 'SOCKS', address: '127.0.0.1', port: socks };
  expect((await get('http://forbidden/', { proxy })).failure).toMatch(/through the SOCKS proxy 127\.0\.0\.1:\d+: /);
  expect((await get('http://a.b/', { proxy: { ...proxy, port: 1 } })).failure).toMatch(/SOCKS proxy 127\.0\.0\.1:1: /);
});
