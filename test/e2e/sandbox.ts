/** A folder for one test, the built program as a child process in it, and a look at what it left behind. */
import { type ChildProcess, execFileSync, type StdioOptions, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { docker, testHost } from '../docker/engine.ts';
import { markedProcesses } from './marked-processes.ts';

const root = join(import.meta.dirname, '../..');

/** How the program ended, with what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Options {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly stdio?: StdioOptions;
  /** Runs as this user, who gets the sandbox. */
  readonly uid?: number;
}

/** The program while it runs. */
export class Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  out = '';
  err = '';

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.out += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.err += text));
    this.ended = new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal, out: this.out, err: this.err }));
    });
  }

  /** Waits until something was written to either stream. */
  async says(text: string | RegExp): Promise<void> {
    for (const limit = Date.now() + 20_000; Date.now() < limit; await sleep(10)) {
      const said = this.out + this.err;
      if (typeof text === 'string' ? said.includes(text) : text.test(said)) return;
      if (this.child.exitCode !== null) break;
    }
    throw new Error(`${text} was not said; out: ${this.out} err: ${this.err}`);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

export class Sandbox {
  readonly dir = realpathSync(mkdtempSync(join(tmpdir(), 'windlass-e2e-')));
  /** Its own, so that its containers are told from those of others. */
  readonly namespace = `e2e.x${randomBytes(6).toString('hex')}`;

  constructor() {
    mkdirSync(this.temporary);
  }

  private get temporary(): string {
    return join(this.dir, 'tmp');
  }

  get environment(): Record<string, string> {
    const { PATH = '', HOME = '' } = process.env;
    return { PATH, HOME, TZ: 'UTC', TMPDIR: this.temporary, DOCKER_HOST: testHost, E2E_OF_WINDLASS: this.namespace };
  }

  path(name: string): string {
    return join(this.dir, name);
  }

  /** Every byte in the state folder. */
  stored(): string {
    return readdirSync(this.path('.windlass'), { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
      .join('\n');
  }

  write(name: string, text: string | Uint8Array): string {
    writeFileSync(this.path(name), text);
    return name;
  }

  /** Writes flows as a file of YAML documents; each gets an id and the namespace unless it has its own. */
  flow(...flows: readonly object[]): string {
    const documents = flows.map(flow => JSON.stringify({ id: 'flow', namespace: this.namespace, ...flow }, null, 1));
    return this.write('flow.yaml', documents.join('\n---\n'));
  }

  start(args: readonly string[], options: Options = {}): Started {
    const { node, main } = options.uid === undefined ? { node: process.execPath, main: cli() } : this.ownProgram();
    return this.startProgram(
      node,
      ['--disable-warning=ExperimentalWarning', ...snapshotOf(main), main, ...args],
      options,
    );
  }

  /** Node and the program where every user may read them: root's cache folder and its checkouts are closed to others. */
  private ownProgram(): { node: string; main: string } {
    const folder = join(this.dir, 'program');
    cpSync(dirname(cli()), join(folder, 'dist'), { recursive: true });
    cpSync(join(root, 'package.json'), join(folder, 'package.json'));
    cpSync(process.execPath, join(folder, 'node'));
    return { node: join(folder, 'node'), main: join(folder, 'dist', basename(cli())) };
  }

  /** A shell command in which `$WINDLASS` is the program: `$WINDLASS run flow.yaml | head -1`. */
  shell(command: string, options: Options = {}): Promise<Ended> {
    const program = [process.execPath, '--disable-warning=ExperimentalWarning', ...snapshotOf(cli()), cli()].join(' ');
    const env = { ...options.env, WINDLASS: program };
    return this.startProgram('/bin/bash', ['-c', command], { ...options, env }).ended;
  }

  run(args: readonly string[], options: Options = {}): Promise<Ended> {
    return this.start(args, options).ended;
  }

  /** Runs with `--json` and reads the one document. */
  async json<T>(...args: readonly string[]): Promise<T> {
    const { out, err } = await this.run([...args, '--json']);
    try {
      return JSON.parse(out) as T;
    } catch {
      throw new Error(`not one JSON document: ${out.slice(0, 500)} stderr: ${err.slice(0, 2000)}`);
    }
  }

  private startProgram(file: string, args: readonly string[], { env, input, stdio, uid }: Options): Started {
    if (uid !== undefined) execFileSync('chown', ['-R', String(uid), this.dir]);
    const child = spawn(file, args, {
      cwd: this.dir,
      ...(uid !== undefined && { uid, gid: uid }),
      env: { ...this.environment, ...env },
      stdio: stdio ?? ['pipe', 'pipe', 'pipe'],
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input ?? '');
    return new Started(child);
  }

  /** What is still there when nothing of it should be. */
  async leftovers(): Promise<string[]> {
    const left = [...this.#files('tmp'), ...this.#files('.windlass/work'), ...this.#files('.windlass/runs')];
    // The reader of a pipe ends a moment after its writer.
    for (let look = 0; look < 20 && markedProcesses(this.namespace).length > 0; look++) await sleep(25);
    return [...left, ...markedProcesses(this.namespace), ...(await this.containers())];
  }

  async containers(): Promise<string[]> {
    const found = await docker('ps', '-a', '--filter', this.#label, '--format', '{{.Names}} {{.Status}}').catch(
      () => '',
    );
    return found === '' ? [] : found.split('\n');
  }

  async remove(): Promise<void> {
    for (const line of markedProcesses(this.namespace)) {
      try {
        process.kill(Number.parseInt(line, 10), 'SIGKILL');
      } catch {
        // It ended meanwhile.
      }
    }
    const ids = await docker('ps', '-aq', '--filter', this.#label).catch(() => '');
    if (ids !== '') await docker('rm', '-fv', ...ids.split('\n'));
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 5 });
  }

  get #label(): string {
    return `label=kestra.io/namespace=${this.namespace}`;
  }

  #files(folder: string): string[] {
    try {
      return readdirSync(this.path(folder)).map(name => `${folder}/${name}`);
    } catch {
      return [];
    }
  }
}

/**
 * Gives each test of a file a sandbox of its own, and fails a test that leaves something behind. The program is built
 * first where it is stale.
 */
export function useSandbox(): () => Sandbox {
  let sandbox: Sandbox;
  beforeAll(() => {
    if (process.env.WINDLASS_TEST_CLI === undefined) execFileSync(join(root, 'windlass'), ['--version']);
  });
  beforeEach(() => {
    sandbox = new Sandbox();
  });
  afterEach(async () => {
    const left = await sandbox.leftovers();
    await sandbox.remove();
    expect(left, 'left behind').toEqual([]);
  });
  return () => sandbox;
}

/** The built program: WINDLASS_TEST_CLI names another one, such as a release. */
function cli(): string {
  return process.env.WINDLASS_TEST_CLI ?? join(root, 'dist/main.js');
}

/** As the launcher starts it: a checkout's build has a start-up snapshot beside it, a release has none. */
function snapshotOf(main: string): string[] {
  const snapshot = join(dirname(main), 'start.blob');
  return existsSync(snapshot) ? ['--snapshot-blob', snapshot] : [];
}
