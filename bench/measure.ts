/** What a command costs: wall time, own CPU time, memory. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

export interface Sample {
  readonly wallMs: number;
  /** User and system time of the process and of all that it waited for. */
  readonly cpuMs?: number;
  /** The largest resident set of one process. */
  readonly maxRssMiB?: number;
  /** Of what is built: its size as it is, and as an archive. */
  readonly sizeMiB?: number;
  readonly compressedMiB?: number;
}

/** Runs commands one after the other in a small Python process, which can ask the system for the cost of a child. */
export class Meter implements Disposable {
  readonly #python: ChildProcessByStdio<Writable, Readable, null>;
  readonly #answers: AsyncIterator<string>;

  constructor() {
    this.#python = spawn('python3', [join(import.meta.dirname, 'measure.py')], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#answers = createInterface({ input: this.#python.stdout })[Symbol.asyncIterator]();
  }

  /** @throws Error when the command fails: a run that fails costs something else than what is measured. */
  async measure(argv: readonly string[], cwd: string): Promise<Sample> {
    this.#python.stdin.write(`${JSON.stringify({ argv, cwd })}\n`);
    const answer = await this.#answers.next();
    if (answer.done === true) throw new Error('python3 ended; it is needed to measure');
    const { code, stderr, ...sample } = JSON.parse(answer.value) as Sample & { code: number; stderr: string };
    if (code !== 0) throw new Error(`${argv.join(' ')} ended with ${code}:\n${stderr}`);
    return sample;
  }

  [Symbol.dispose](): void {
    this.#python.stdin.end();
  }
}
