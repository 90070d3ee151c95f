/** A proxy before the API server that breaks what a test tells it to break. Speaks plain HTTP to the code under test. */
import { readFileSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { connect } from 'node:tls';
import { parse } from 'yaml';

/** What becomes of a request. `cutAfter`: so many bytes of the answer, then the connection breaks. */
export type Fault =
  | { readonly answer: number; readonly body?: object; readonly headers?: Readonly<Record<string, string>> }
  /** Headers, then nothing for ever. */
  | 'black-hole'
  | { readonly cutAfter: number }
  /** The server does it, and nobody hears of it. */
  | 'lose-answer';

export type Rule = (request: { readonly method: string; readonly url: string }) => Fault | undefined;

export interface Proxy {
  readonly url: string;
  /** Requests so far, as `METHOD /path?query`. */
  readonly requests: readonly string[];
  rule: Rule;
  close(): Promise<void>;
}

export async function startProxy(kubeconfig: string): Promise<Proxy> {
  const config = parse(readFileSync(kubeconfig, 'utf8'));
  const [{ cluster }, { user }] = [config.clusters[0], config.users[0]];
  const data = (text: string) => Buffer.from(text, 'base64');
  const server = new URL(cluster.server);
  const tls = {
    host: server.hostname,
    port: Number(server.port),
    ca: data(cluster['certificate-authority-data']),
    cert: data(user['client-certificate-data']),
    key: data(user['client-key-data']),
  };
  const requests: string[] = [];
  const sockets = new Set<{ destroy(): unknown }>();
  const proxy = { url: '', requests, rule: (() => undefined) as Rule, close };

  const front = http.createServer((request, response) => {
    const { method = '', url = '' } = request;
    requests.push(`${method} ${url}`);
    const fault = proxy.rule({ method, url });
    if (fault === 'black-hole') {
      request.resume();
      response.writeHead(200, { 'Content-Type': 'application/json' }).flushHeaders();
    } else if (typeof fault === 'object' && 'answer' in fault) {
      request.resume();
      response.writeHead(fault.answer, { 'Content-Type': 'application/json', ...fault.headers });
      response.end(JSON.stringify(fault.body ?? { kind: 'Status', message: 'a fault of the test' }));
    } else {
      forward(request, response, fault);
    }
  });

  function forward(request: IncomingMessage, response: ServerResponse, fault: Fault | undefined): void {
    const { method, url, headers } = request;
    const onward = https.request({ ...tls, agent: false, method, path: url, headers }, answer => {
      if (fault === 'lose-answer') {
        answer.resume();
        answer.on('end', () => response.destroy());
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      response.flushHeaders();
      let left = typeof fault === 'object' && 'cutAfter' in fault ? fault.cutAfter : Number.POSITIVE_INFINITY;
      answer.on('data', (chunk: Buffer) => {
        const part = chunk.subarray(0, Math.min(left, chunk.length));
        left -= part.length;
        response.write(part, () => {
          if (left === 0) response.destroy();
        });
      });
      answer.on('end', () => response.end());
      answer.on('error', () => response.destroy());
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  }

  front.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    const { url = '', rawHeaders } = request;
    requests.push(`UPGRADE ${url}`);
    const fault = proxy.rule({ method: 'UPGRADE', url });
    const onward = connect({ ...tls, ALPNProtocols: ['http/1.1'] }, () => {
      const lines = [`GET ${url} HTTP/1.1`];
      for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
      onward.write(`${lines.join('\r\n')}\r\n\r\n`);
      onward.write(head);
      socket.pipe(onward);
      let left = typeof fault === 'object' && 'cutAfter' in fault ? fault.cutAfter : Number.POSITIVE_INFINITY;
      onward.on('data', (chunk: Buffer) => {
        const part = chunk.subarray(0, Math.min(left, chunk.length));
        left -= part.length;
        socket.write(part);
        if (left === 0) socket.destroy();
      });
    });
    for (const one of [socket, onward]) {
      sockets.add(one);
      one.on('error', () => {});
      one.on('close', () => {
        socket.destroy();
        onward.destroy();
      });
    }
  });

  async function close(): Promise<void> {
    for (const socket of sockets) socket.destroy();
    front.closeAllConnections();
    await new Promise(resolve => front.close(resolve));
  }

  await new Promise<void>(resolve => front.listen(0, '127.0.0.1', resolve));
  proxy.url = `http://127.0.0.1:${(front.address() as AddressInfo).port}`;
  return proxy;
}
