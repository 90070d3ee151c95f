/** Stands between the client and the real engine on a socket of its own, and breaks what it is told to. */
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testHost } from './engine.ts';

export interface Fault {
  /** The request line that it is for, such as `GET /v1.41/containers/x/logs?…`. */
  readonly request: RegExp;
  /** Cut: the connection is closed so long after the request. Stall: the answer never comes. Lie: `body` is the answer. */
  readonly kind: 'cut' | 'stall' | 'lose-answer' | 'lie';
  readonly afterMs?: number;
  readonly body?: string;
  /** How often it strikes. */
  times: number;
}

export class FaultProxy {
  readonly host: string;
  readonly faults: Fault[] = [];
  /** Request lines that came through. */
  readonly requests: string[] = [];
  /** Their heads: the request line and the headers. */
  readonly heads: string[] = [];
  readonly #path: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor() {
    this.#path = join(tmpdir(), `windlass-proxy-${process.pid}-${Math.random().toString(36).slice(2)}.sock`);
    this.host = `unix://${this.#path}`;
    this.#server = createServer(client => this.#accept(client));
  }

  listen(): Promise<void> {
    return new Promise(resolve => this.#server.listen(this.#path, resolve));
  }

  /** Closes every connection, as an engine that is restarted does. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cutAll();
    await new Promise(resolve => this.#server.close(resolve));
    await rm(this.#path, { force: true });
  }

  #accept(client: Socket): void {
    const engine = connect(testHost.replace('unix://', ''));
    let lost = false;
    for (const socket of [client, engine]) {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        engine.destroy();
      });
    }
    client.on('data', chunk => {
      const line = /^(GET|HEAD|POST|PUT|DELETE) (\S+)/.exec(chunk.toString('latin1'))?.[0];
      if (line !== undefined) {
        this.requests.push(line);
        this.heads.push(`${chunk.toString('latin1').split('\r\n\r\n')[0]}\r\n`);
        const fault = this.faults.find(one => one.times > 0 && one.request.test(line));
        if (fault) {
          fault.times -= 1;
          lost = fault.kind !== 'cut';
          const { kind, body = '', afterMs = 0 } = fault;
          const answer = `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
          if (kind === 'lie') setTimeout(() => client.end(answer), afterMs);
          else if (kind !== 'stall') setTimeout(() => client.destroy(), afterMs);
        }
      }
      engine.write(chunk);
    });
    engine.on('data', chunk => {
      if (!lost && !client.write(chunk)) engine.pause();
    });
    client.on('drain', () => engine.resume());
  }
}
