/** An engine of a few lines, for answers that no real one gives on demand. */
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Answerer = (request: IncomingMessage, response: ServerResponse) => void;

export class FakeEngine {
  readonly host: string;
  /** Answers by method and path, without the version and the query. */
  readonly answers = new Map<string, Answerer>();
  readonly requests: IncomingMessage[] = [];
  readonly #path: string;
  readonly #server: Server;

  constructor(apiVersion = '1.41') {
    this.#path = join(tmpdir(), `windlass-fake-${process.pid}-${Math.random().toString(36).slice(2)}.sock`);
    this.host = `unix://${this.#path}`;
    this.answers.set('GET /_ping', (_, response) => response.setHeader('Api-Version', apiVersion).end('OK'));
    this.#server = createServer((request, response) => {
      this.requests.push(request);
      const path = (request.url ?? '').replace(/^\/v[\d.]+/, '').replace(/\?.*/, '');
      const answer = this.answers.get(`${request.method} ${path}`);
      if (answer) answer(request, response);
      else response.writeHead(404).end(JSON.stringify({ message: `No such image: ${path}` }));
    });
  }

  listen(): Promise<void> {
    return new Promise(resolve => this.#server.listen(this.#path, resolve));
  }

  count(pattern: RegExp): number {
    return this.requests.filter(request => pattern.test(`${request.method} ${request.url}`)).length;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise(resolve => this.#server.close(resolve));
    await rm(this.#path, { force: true });
  }
}
