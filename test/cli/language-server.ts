/** The YAML language server that VS Code's extension runs, spoken to over LSP. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly uri?: string; readonly diagnostics?: readonly Diagnostic[]; readonly items?: unknown[] };
  readonly result?: unknown;
}

export interface Diagnostic {
  readonly message: string;
  readonly range: { readonly start: { readonly line: number; readonly character: number } };
}

interface Place {
  readonly line: number;
  readonly character: number;
}

export class LanguageServer implements AsyncDisposable {
  readonly #server: ChildProcessWithoutNullStreams;
  readonly #answers = new Map<number, (result: unknown) => void>();
  #diagnostics = Promise.withResolvers<readonly Diagnostic[]>();
  #uri = '';
  #buffer = Buffer.alloc(0);
  #last = 0;
  #opened = 0;

  private constructor(schemaPath: string) {
    const folder = dirname(createRequire(import.meta.url).resolve('yaml-language-server/package.json'));
    this.#server = spawn(process.execPath, [join(folder, 'bin/yaml-language-server'), '--stdio']);
    this.#server.stdout.on('data', (chunk: Buffer) => this.#read(chunk));
    this.#schemas = { [pathToFileURL(schemaPath).href]: '*.yaml' };
  }

  readonly #schemas: Readonly<Record<string, string>>;

  /** Starts it for flows, with a schema on disk. */
  static async start(schemaPath: string): Promise<LanguageServer> {
    const server = new LanguageServer(schemaPath);
    const capabilities = {
      textDocument: {
        completion: { completionItem: {} },
        hover: { contentFormat: ['markdown'] },
        publishDiagnostics: {},
      },
      workspace: { configuration: true },
    };
    await server.#ask('initialize', { processId: process.pid, rootUri: null, capabilities });
    server.#tell('initialized', {});
    return server;
  }

  /** Shows a text, in a file of its own, and gives what is wrong with it. */
  async open(text: string): Promise<readonly Diagnostic[]> {
    this.#opened += 1;
    this.#uri = `file:///flow-${this.#opened}.yaml`;
    this.#diagnostics = Promise.withResolvers();
    this.#tell('textDocument/didOpen', { textDocument: { uri: this.#uri, languageId: 'yaml', version: 1, text } });
    return await this.#diagnostics.promise;
  }

  /** What is offered at a place. */
  async completions(position: Place): Promise<readonly string[]> {
    const answer = (await this.#ask('textDocument/completion', { textDocument: { uri: this.#uri }, position })) as {
      readonly items: readonly { readonly label: string }[];
    };
    return answer.items.map(({ label }) => label);
  }

  /** What is shown under the pointer. */
  async hover(position: Place): Promise<string> {
    const answer = (await this.#ask('textDocument/hover', { textDocument: { uri: this.#uri }, position })) as {
      readonly contents: { readonly value: string };
    } | null;
    return answer?.contents.value ?? '';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise(resolve => this.#server.once('exit', resolve));
    this.#server.kill('SIGKILL');
    await ended;
  }

  #ask(method: string, params: object): Promise<unknown> {
    this.#last += 1;
    const id = this.#last;
    const answer = new Promise(resolve => this.#answers.set(id, resolve));
    this.#send({ jsonrpc: '2.0', id, method, params });
    return answer;
  }

  #tell(method: string, params: object): void {
    this.#send({ jsonrpc: '2.0', method, params });
  }

  #send(message: object): void {
    const body = JSON.stringify(message);
    this.#server.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  }

  #read(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      const end = this.#buffer.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/i.exec(this.#buffer.toString('latin1', 0, Math.max(0, end)))?.[1]);
      if (end < 0 || this.#buffer.length < end + 4 + length) return;
      const body = this.#buffer.toString('utf8', end + 4, end + 4 + length);
      this.#buffer = this.#buffer.subarray(end + 4 + length);
      this.#take(JSON.parse(body) as Message);
    }
  }

  #take({ id, method, params, result }: Message): void {
    if (method === 'workspace/configuration') {
      const settings = {
        schemas: this.#schemas,
        completion: true,
        hover: true,
        validate: true,
        schemaStore: { enable: false },
      };
      // It asks for its own section and for those of editors beside it.
      const sections = (params?.items ?? []).map((item, index) =>
        (item as { section?: string }).section === 'yaml' || index === 0 ? settings : {},
      );
      this.#send({ jsonrpc: '2.0', id, result: sections });
    } else if (method === 'textDocument/publishDiagnostics') {
      if (params?.uri === this.#uri) this.#diagnostics.resolve(params.diagnostics ?? []);
    } else if (method !== undefined && id !== undefined) {
      this.#send({ jsonrpc: '2.0', id, result: null });
    } else if (id !== undefined) {
      this.#answers.get(id)?.(result);
      this.#answers.delete(id);
    }
  }
}
