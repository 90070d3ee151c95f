/**
 * The floor of running a container: nothing but the calls that it takes, over one kept-alive connection, with the wait
 * armed before the start. `node bench/floors/docker-loop.ts [N]` prints the median of N loops in ms.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sample } from '../measure.ts';
import { median } from '../pairs.ts';

/** One engine at a unix socket. */
export class DockerFloor implements Disposable {
  readonly #calls = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #waits = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #socketPath: string;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  #call(method: string, path: string, agent: Agent, body?: object): Promise<IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const isTar = body instanceof Buffer;
    const payload = isTar ? body : Buffer.from(body === undefined ? '' : JSON.stringify(body));
    const type = isTar ? 'application/x-tar' : 'application/json';
    const headers = { 'content-type': type, 'content-length': payload.length };
    request({ socketPath: this.#socketPath, agent, method, path, headers }, resolve).on('error', reject).end(payload);
    return promise;
  }

  async #text(response: IncomingMessage): Promise<string> {
    let text = '';
    for await (const part of response) text += part;
    if ((response.statusCode ?? 500) >= 400) throw new Error(`the engine answered ${response.statusCode}: ${text}`);
    return text;
  }

  /**
   * Creates, starts and removes a container that says hi, as `docker run --rm` does.
   * @param input a tar archive with one file, `in`, that goes in; the program's copy of it comes out
   */
  async run(input?: Buffer): Promise<Sample> {
    const began = performance.now();
    const cpu = process.cpuUsage();
    const call = async (method: string, path: string, body?: object): Promise<string> =>
      this.#text(await this.#call(method, path, this.#calls, body));
    const program = input ? { Cmd: ['sh', '-c', 'cp in out; echo hi'], WorkingDir: '/work' } : { Cmd: ['echo', 'hi'] };
    const created = await call('POST', '/containers/create', { Image: 'busybox:latest', ...program });
    const { Id: id } = JSON.parse(created) as { Id: string };
    if (input) await call('PUT', `/containers/${id}/archive?path=/work`, input);
    const ended = await this.#call('POST', `/containers/${id}/wait?condition=next-exit`, this.#waits);
    await call('POST', `/containers/${id}/start`);
    const { StatusCode: code } = JSON.parse(await this.#text(ended)) as { StatusCode: number };
    const log = await call('GET', `/containers/${id}/logs?stdout=1&stderr=1`);
    const output = input && (await call('GET', `/containers/${id}/archive?path=/work/out`));
    await call('DELETE', `/containers/${id}?v=1&force=1`);
    if (output !== undefined && !output.startsWith('out')) throw new Error('the file did not come back');
    if (code !== 0 || !log.endsWith('hi\n')) throw new Error(`the container ended with ${code}: ${log}`);
    const { user, system } = process.cpuUsage(cpu);
    return { wallMs: performance.now() - began, cpuMs: (user + system) / 1000 };
  }

  [Symbol.dispose](): void {
    this.#calls.destroy();
    this.#waits.destroy();
  }
}

/** A tar archive with one file of this many bytes, called `in`. */
export function oneFile(bytes: number): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-floor-'));
  writeFileSync(join(folder, 'in'), 'x'.repeat(bytes));
  const tar = execFileSync('tar', ['-C', folder, '-cf', '-', 'in']);
  rmSync(folder, { recursive: true });
  return tar;
}

/** The loops side by side, each over connections of its own. */
export class DockerLanes implements Disposable {
  readonly #lanes: readonly DockerFloor[];

  constructor(socketPath: string, lanes: number) {
    this.#lanes = Array.from({ length: lanes }, () => new DockerFloor(socketPath));
  }

  /** Runs this many containers in all; a lane that is free takes the next. */
  async run(containers: number): Promise<Sample> {
    const began = performance.now();
    const cpu = process.cpuUsage();
    let left = containers;
    const work = async (lane: DockerFloor) => {
      while (left-- > 0) await lane.run();
    };
    await Promise.all(this.#lanes.map(work));
    const { user, system } = process.cpuUsage(cpu);
    return { wallMs: performance.now() - began, cpuMs: (user + system) / 1000 };
  }

  [Symbol.dispose](): void {
    for (const lane of this.#lanes) lane[Symbol.dispose]();
  }
}

if (import.meta.main) {
  using floor = new DockerFloor('/var/run/docker.sock');
  const samples: Sample[] = [];
  for (let i = 0; i < Number(process.argv[2] ?? 20); i++) samples.push(await floor.run());
  console.log(`${median(samples.map(sample => sample.wallMs)).toFixed(1)} ms`);
}
