/** A program that runs in memory, apart from who follows it: it stands for the engine, and lives on when that one is gone. */
import type { Outcome, RunSpec } from '../../model/run.ts';
import type { LogLine } from '../runner.ts';
import type { Step } from './script.ts';

export class FakeProgram {
  readonly spec: RunSpec;
  readonly lines: LogLine[] = [];
  outcome: Outcome | undefined;
  /** How often it began to run: more than once is a fault of the caller's or the runner's. */
  starts = 0;
  readonly #steps: readonly Step[];
  readonly #waiting = new Set<() => void>();
  #ignoresTerm = false;
  #timer: NodeJS.Timeout | undefined;
  #killTimer: NodeJS.Timeout | undefined;

  constructor(spec: RunSpec, steps: readonly Step[]) {
    this.spec = spec;
    this.#steps = steps;
  }

  start(): void {
    if (this.starts > 0 || this.outcome !== undefined) return;
    this.starts += 1;
    this.#go(0);
  }

  /** Ends it as a stop does: at once, or after the grace when it ignores the first signal. */
  end(graceMs: number): void {
    if (this.outcome !== undefined) return;
    clearTimeout(this.#killTimer);
    if (this.#ignoresTerm && graceMs > 0) this.#killTimer = setTimeout(() => this.end(0), graceMs);
    else this.settle({ kind: 'stopped' });
  }

  settle(outcome: Outcome): void {
    if (this.outcome !== undefined) return;
    clearTimeout(this.#timer);
    clearTimeout(this.#killTimer);
    this.outcome = outcome;
    this.#tell();
  }

  /** Resolves at the next line or at the end. */
  async change(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    await new Promise<void>(resolve => {
      const finish = (): void => {
        this.#waiting.delete(finish);
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      this.#waiting.add(finish);
      signal?.addEventListener('abort', finish);
    });
    signal?.throwIfAborted();
  }

  #go(from: number): void {
    for (let index = from; this.outcome === undefined; index++) {
      const step = this.#steps[index] ?? { kind: 'exit', code: 0 };
      switch (step.kind) {
        case 'say':
        case 'complain':
          this.lines.push({ stream: step.kind === 'say' ? 'stdout' : 'stderr', time: Date.now(), text: step.text });
          this.#tell();
          break;
        case 'sleep':
          this.#timer = setTimeout(() => this.#go(index + 1), step.ms);
          return;
        case 'hang':
          return;
        case 'exit':
          this.settle({ kind: 'exited', exitCode: step.code });
          break;
        case 'ignore-term':
          this.#ignoresTerm = true;
          break;
        case 'lose':
          this.settle({ kind: 'deleted-outside', detail: 'The fake program was taken away.' });
          break;
        case 'run-out-of-memory':
          this.settle({ kind: 'out-of-memory', exitCode: 137, detail: 'The fake program ran out of memory.' });
          break;
        case 'fail-prepare':
          throw new Error('The program of a run whose prepare failed was started.');
      }
    }
  }

  #tell(): void {
    for (const finish of [...this.#waiting]) finish();
  }
}
