/** Stands between a client and the real API server, with TLS of its own, and breaks what it is told to. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import type { OwnCluster } from '../engines/kubernetes/cluster.ts';
import { Passage, type PassageFault } from './kubernetes-passage.ts';

/** An answer that the proxy gives itself; the server hears nothing of the request. */
export interface Refusal {
  readonly kind: 'answer';
  readonly code: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export type Fault = (PassageFault | Refusal) & {
  /** The request that it is for: method, space, path with query. */
  readonly request: RegExp;
  /** How often it strikes; once if absent. */
  readonly times?: number;
};

/** An answer as the API server words it, such as `refusal(429, 'TooManyRequests', { 'Retry-After': '1' })`. */
export function refusal(code: number, reason: string, headers: Readonly<Record<string, string>> = {}): Refusal {
  const body = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: reason, reason, code };
  return { kind: 'answer', code, headers, body };
}

/** What a watch from a resource version of long ago answers: 200, and the refusal is an event. */
export const expiredWatch: Refusal = {
  kind: 'answer',
  code: 200,
  body: { type: 'ERROR', object: refusal(410, 'Expired').body },
};

export class KubernetesProxy {
  /** Every request that came, in its order. */
  readonly requests: string[] = [];
  readonly #cluster: OwnCluster;
  readonly #server: Server;
  readonly #open = new Set<Passage>();
  readonly #folder = mkdtempSync(join(tmpdir(), 'windlass-kubernetes-proxy-'));
  #faults: { readonly fault: Fault; left: number }[] = [];

  private constructor(cluster: OwnCluster) {
    this.#cluster = cluster;
    const certificate = { key: readFileSync(cluster.serverKey), cert: readFileSync(cluster.serverCertificate) };
    this.#server = createServer(certificate, (incoming, outgoing) => this.#exchange(incoming, outgoing));
    this.#server.on('upgrade', (incoming, socket, head) => this.#upgrade(incoming, socket, head));
    // Watches, logs and exec last as long as their pods.
    this.#server.requestTimeout = 0;
    this.#server.timeout = 0;
  }

  static async start(cluster: OwnCluster): Promise<KubernetesProxy> {
    const proxy = new KubernetesProxy(cluster);
    await new Promise<void>(resolve => proxy.#server.listen(0, '127.0.0.1', resolve));
    const text = readFileSync(cluster.tokenKubeconfig, 'utf8');
    writeFileSync(proxy.kubeconfig, text.replace(/https:\/\/127\.0\.0\.1:\d+/, proxy.url));
    return proxy;
  }

  /** Its address, for what has a token and the cluster's authority. */
  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Path of a kubeconfig that leads through the proxy (bearer token: a client certificate would end here). */
  get kubeconfig(): string {
    return join(this.#folder, 'kubeconfig');
  }

  /** Adds a fault; of several that fit, the oldest strikes. */
  break(fault: Fault): void {
    this.#faults.push({ fault, left: fault.times ?? 1 });
  }

  /** From now on everything passes. What was broken stays broken. */
  heal(): void {
    this.#faults = [];
  }

  /** The exchanges that are open now: watches, log follows, execs. */
  open(pattern: RegExp): Passage[] {
    return [...this.#open].filter(passage => pattern.test(passage.line));
  }

  /** Closes every connection and removes the kubeconfig. */
  async close(): Promise<void> {
    for (const passage of this.#open) passage.cut();
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
    rmSync(this.#folder, { recursive: true });
  }

  #take(line: string): Fault | undefined {
    this.requests.push(line);
    const entry = this.#faults.find(({ fault, left }) => left > 0 && fault.request.test(line));
    if (entry) entry.left -= 1;
    return entry?.fault;
  }

  #passage(line: string, fault: PassageFault | undefined, ...connections: { destroy(): unknown }[]): Passage {
    const passage = new Passage(line, fault, () => {
      for (const connection of connections) connection.destroy();
    });
    this.#open.add(passage);
    return passage;
  }

  #exchange(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const line = `${incoming.method} ${incoming.url}`;
    const fault = this.#take(line);
    if (fault?.kind === 'answer') {
      incoming.resume();
      outgoing.writeHead(fault.code, { 'Content-Type': 'application/json', ...fault.headers });
      outgoing.end(`${JSON.stringify(fault.body)}\n`);
      return;
    }
    const { method, headers } = incoming;
    const options = { method, headers, ca: this.#cluster.authority, agent: false };
    const sent = request(new URL(incoming.url ?? '/', this.#cluster.server), options, answer => {
      if (passage.passesHead()) {
        const { connection: _, ...kept } = answer.headers;
        outgoing.writeHead(answer.statusCode ?? 500, kept);
        outgoing.flushHeaders();
      }
      answer.on('data', bytes => passage.pass(bytes, part => void (outgoing.write(part) || answer.pause())));
      outgoing.on('drain', () => answer.resume());
      answer.on('end', () => passage.passesEnd() && outgoing.end());
      answer.on('error', () => passage.passesEnd() && outgoing.destroy());
    });
    const passage = this.#passage(line, fault, outgoing, sent);
    sent.on('error', () => passage.passesEnd() && outgoing.destroy());
    outgoing.on('close', () => {
      this.#open.delete(passage);
      sent.destroy();
    });
    incoming.pipe(sent);
  }

  #upgrade(incoming: IncomingMessage, client: Duplex, head: Buffer): void {
    const line = `${incoming.method} ${incoming.url}`;
    const fault = this.#take(line);
    client.on('error', () => client.destroy());
    if (fault?.kind === 'answer') {
      const text = JSON.stringify(fault.body);
      const lines = [`HTTP/1.1 ${fault.code} ${STATUS_CODES[fault.code]}`, 'Content-Type: application/json'];
      for (const [name, value] of Object.entries(fault.headers ?? {})) lines.push(`${name}: ${value}`);
      client.end(
        `${lines.join('\r\n')}\r\nContent-Length: ${Buffer.byteLength(text)}\r\nConnection: close\r\n\r\n${text}`,
      );
      return;
    }
    const { hostname, port } = this.#cluster.server;
    const server = connect({ host: hostname, port: Number(port), ca: this.#cluster.authority });
    const passage = this.#passage(line, fault, client, server);
    const lines = [`${line} HTTP/1.1`];
    for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
      lines.push(`${incoming.rawHeaders[at]}: ${incoming.rawHeaders[at + 1]}`);
    }
    server.write(`${lines.join('\r\n')}\r\n\r\n`);
    server.write(head);
    client.pipe(server);
    const write = (bytes: Buffer): void => void (client.write(bytes) || server.pause());
    const passFrames = (frames: Buffer): void => {
      passage.pass(frames, write);
      if (passage.closed) client.end();
    };
    let answered = Buffer.alloc(0);
    const readHead = (bytes: Buffer): void => {
      answered = Buffer.concat([answered, bytes]);
      const end = answered.indexOf('\r\n\r\n');
      if (end < 0) return;
      if (passage.passesHead()) write(answered.subarray(0, end + 4));
      server.off('data', readHead);
      server.on('data', passFrames);
      if (answered.length > end + 4) passFrames(answered.subarray(end + 4));
    };
    server.on('data', readHead);
    client.on('drain', () => server.resume());
    server.on('end', () => passage.passesEnd() && client.end());
    server.on('error', () => passage.passesEnd() && client.destroy());
    // Who has gone hears of no end any more.
    client.on('end', () => passage.passesEnd() || client.destroy());
    client.on('close', () => {
      this.#open.delete(passage);
      server.destroy();
    });
  }
}
