/** A bare client of the Kubernetes API for tests: what it says does not come from the code under test. */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { parse } from 'yaml';

/** What the tests look at in an object of the API; the rest is there too. */
export interface KubernetesObject {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown };
  // biome-ignore lint/suspicious/noExplicitAny: an object of any kind, as the server gives it
  readonly [key: string]: any;
}

export interface Answer {
  readonly code: number;
  // biome-ignore lint/suspicious/noExplicitAny: JSON of any kind; text where it is none
  readonly body: any;
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubernetesObject;
}

/** How the server is reached; for what `call` and `watch` cannot do. */
export interface Connection {
  readonly server: URL;
  readonly agent: Agent;
  readonly headers: Readonly<Record<string, string>>;
}

type Section = Readonly<Record<string, unknown>>;

/** The current context of a kubeconfig. Certificates and tokens, inline or in files; no `exec`, which tests need not. */
function readConnection(kubeconfig: string): Connection {
  const config = parse(readFileSync(kubeconfig, 'utf8'));
  const named = (list: 'clusters' | 'contexts' | 'users', part: string, name: string): Section =>
    config[list].find((entry: Section) => entry.name === name)?.[part] ?? {};
  const context = named('contexts', 'context', config['current-context']);
  const cluster = named('clusters', 'cluster', String(context.cluster));
  const user = named('users', 'user', String(context.user));
  const blob = (section: Section, key: string): Buffer | undefined => {
    const inline = section[`${key}-data`];
    if (inline !== undefined) return Buffer.from(String(inline), 'base64');
    return section[key] === undefined ? undefined : readFileSync(String(section[key]));
  };
  const options = {
    ca: blob(cluster, 'certificate-authority'),
    cert: blob(user, 'client-certificate'),
    key: blob(user, 'client-key'),
  };
  return {
    server: new URL(String(cluster.server)),
    agent: new Agent({ keepAlive: true, maxSockets: 32, ...options }),
    headers: user.token === undefined ? {} : { Authorization: `Bearer ${user.token}` },
  };
}

export class KubernetesClient {
  readonly connection: Connection;

  /** @param kubeconfig path of the file */
  constructor(kubeconfig: string) {
    this.connection = readConnection(kubeconfig);
  }

  /** Any request; what the server answers is returned, not thrown. `path` is absolute. */
  call(method: string, path: string, body?: unknown, contentType = 'application/json'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const { server, agent, headers } = this.connection;
      const content = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
      // With its length, for Node sends the body of a DELETE without any frame otherwise.
      const about = content && { 'Content-Type': contentType, 'Content-Length': content.length };
      const sent = request(new URL(path, server), { method, agent, headers: { ...headers, ...about } }, response => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', part => (text += part));
        response.on('error', reject);
        response.on('end', () => {
          const isJson = response.headers['content-type']?.startsWith('application/json');
          resolve({ code: response.statusCode ?? 0, body: isJson ? JSON.parse(text) : text });
        });
      });
      sent.on('error', reject);
      sent.end(content);
    });
  }

  /** Like `call`; anything but 2xx is an error with the server's own words. */
  async expect(method: string, path: string, body?: unknown, contentType?: string): Promise<KubernetesObject> {
    const answer = await this.call(method, path, body, contentType);
    if (answer.code < 200 || answer.code > 299) {
      throw new Error(`${method} ${path}: ${answer.code} ${answer.body.message ?? answer.body}`);
    }
    return answer.body;
  }

  /**
   * Every event of a list's changes until the signal is aborted. Ends also when the server ends it.
   *
   * @param path of the list, with its query but for `watch`
   */
  watch(path: string, onEvent: (event: WatchEvent) => void, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const { server, agent, headers } = this.connection;
      const url = new URL(path, server);
      url.searchParams.set('watch', 'true');
      const sent = request(url, { agent, headers, signal }, response => {
        let rest = '';
        response.setEncoding('utf8');
        response.on('data', part => {
          const lines = (rest + part).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) onEvent(JSON.parse(line));
        });
        response.on('error', error => (signal.aborted ? resolve() : reject(error)));
        response.on('end', resolve);
      });
      sent.on('error', error => (signal.aborted ? resolve() : reject(error)));
      sent.end();
    });
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.connection.agent.destroy();
  }
}
