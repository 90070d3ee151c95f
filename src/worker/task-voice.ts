/** What a task says by itself, beside what its program prints: log entries and metrics. */
import { isAtLeast } from '../logs/levels.ts';
import type { LogEntry, MetricEntry, TaskRun } from '../model/execution.ts';
import type { LogLevel } from '../model/flow.ts';
import type { Carried } from './carried.ts';

/** What is to be committed with the result. */
export interface Said {
  readonly logs: readonly LogEntry[];
  readonly metrics: readonly MetricEntry[];
}

/** Gathers for 50 ms, stores, then shows. What is still gathered at the end belongs into the commit of the result. */
export class TaskVoice {
  readonly #carried: Carried;
  readonly #run: TaskRun;
  readonly #attempt: number;
  readonly #lowest: LogLevel;
  #logs: LogEntry[] = [];
  #metrics: MetricEntry[] = [];
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #break: (error: Error) => void = () => {};
  /** Rejects when the store refuses what the task says. */
  readonly broken: Promise<never>;

  constructor(carried: Carried, run: TaskRun, attempt: number) {
    this.#carried = carried;
    this.#run = run;
    this.#attempt = attempt;
    this.#lowest = carried.task(run).logLevel ?? 'TRACE';
    this.broken = new Promise((_, reject) => {
      this.#break = reject;
    });
    this.broken.catch(() => {});
  }

  log(level: LogLevel, message: string): void {
    if (!isAtLeast(level, this.#lowest)) return;
    this.#logs.push({
      timestamp: new Date().toISOString(),
      level,
      message: this.#carried.secrets.mask(message),
      taskId: this.#run.taskId,
      taskRunId: this.#run.id,
      attemptNumber: this.#attempt,
    });
    this.#soon();
  }

  metric(metric: Pick<MetricEntry, 'name' | 'type' | 'value'> & { tags?: Readonly<Record<string, string>> }): void {
    this.#metrics.push({
      tags: {},
      ...metric,
      taskId: this.#run.taskId,
      taskRunId: this.#run.id,
      timestamp: new Date().toISOString(),
    });
    this.#soon();
  }

  /** The end: what was said and is not stored yet. */
  async rest(): Promise<Said> {
    clearTimeout(this.#timer);
    await this.#writing;
    return this.#take();
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#writing = this.#writing.then(() => this.#store());
      this.#writing.catch(this.#break);
    }, 50);
  }

  async #store(): Promise<void> {
    const { environment, claim } = this.#carried;
    const said = this.#take();
    await environment.store.append(claim, said);
    environment.listener.logs?.(said.logs);
  }

  #take(): Said {
    const said = { logs: this.#logs, metrics: this.#metrics };
    this.#logs = [];
    this.#metrics = [];
    return said;
  }
}
