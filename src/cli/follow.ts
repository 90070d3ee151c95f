/** Shows executions while they are carried out, waits for their end, and says how they ended. */

import { isAtLeast } from '../logs/levels.ts';
import type { Execution, LogEntry, TaskRun } from '../model/execution.ts';
import type { LogLevel } from '../model/flow.ts';
import type { ExecutionDriver } from '../worker/execution-driver.ts';
import type { ExecutionListener } from '../worker/execution-environment.ts';
import { commandHint } from './command-hint.ts';
import { executionDocument } from './execution-json.ts';
import { exitCode, exitCodeOf } from './exit-code.ts';
import type { Output } from './output.ts';
import { LiveView } from './terminal/live-view.ts';
import { logLine } from './terminal/log-line.ts';
import { RunValues } from './terminal/run-values.ts';
import { palette } from './terminal/style.ts';
import { summaryText } from './terminal/summary.ts';
import type { Workspace } from './workspace.ts';

/** More of them tell no more of why it failed. */
const mostErrors = 20;

export interface FollowOptions {
  readonly logLevel?: LogLevel;
  readonly quiet?: boolean;
  /** Lines only, nothing that is drawn over. */
  readonly plain?: boolean;
  readonly json?: boolean;
  readonly ephemeral?: boolean;
  /** The state folder as it was given. */
  readonly state?: string;
}

/** Writes what is told to the terminal: log lines, what runs now, how to resume a pause. */
export class Reporter implements ExecutionListener {
  readonly #output: Output;
  readonly #options: FollowOptions;
  readonly #live: LiveView | undefined;
  readonly #paused = new Set<string>();
  readonly #values = new RunValues();

  constructor(output: Output, options: FollowOptions) {
    this.#output = output;
    this.#options = options;
    if (output.stderr.isTerminal && !options.quiet && !options.plain)
      this.#live = new LiveView(output.stderr, palette(output.stderr.colors));
  }

  logs(entries: readonly LogEntry[]): void {
    // What goes on before a program runs is told at DEBUG and WARN.
    for (const { level, taskRunId } of entries)
      if (taskRunId !== undefined && (level === 'INFO' || level === 'ERROR')) this.#live?.said(taskRunId);
    if (this.#options.quiet) return;
    const lowest = this.#options.logLevel ?? 'INFO';
    const { colors } = this.#output.stderr;
    const lines = entries
      .filter(({ level }) => isAtLeast(level, lowest))
      .map(entry => logLine(entry, palette(colors), colors, this.#values.of(entry.taskRunId)));
    if (lines.length > 0) this.say(lines.join(''));
  }

  taskRun(run: TaskRun, execution: Execution): void {
    this.#values.add(run);
    this.#live?.taskRun(run, execution.parent?.taskRunId);
    // Of the task, not of the execution: between the rounds of a LoopUntil that is PAUSED, too.
    if (run.state.current !== 'PAUSED' || this.#paused.has(run.id)) return;
    this.#paused.add(run.id);
    if (this.#options.quiet) return;
    const { namespace, flowId, id } = execution;
    const { warn } = palette(this.#output.stderr.colors);
    this.say(`${warn('PAUSED')} ${namespace}.${flowId}: ${this.#howItGoesOn(id)}\n`);
  }

  progress(...[progress, run]: Parameters<NonNullable<ExecutionListener['progress']>>): void {
    this.#live?.progress(progress, run);
  }

  fault(error: Error): void {
    this.say(`${palette(this.#output.stderr.colors).bad('fault of Windlass')}: ${error.stack ?? error.message}\n`);
  }

  #howItGoesOn(id: string): string {
    const { ephemeral, state } = this.#options;
    return ephemeral
      ? 'it goes on when its time is over; Ctrl-C ends it'
      : `go on with: ${commandHint(`resume ${id}`, state)}`;
  }

  /** A line for people, above what runs now. */
  say(text: string): void {
    if (this.#live) this.#live.above(text);
    else this.#output.stderr.write(text);
  }

  close(): void {
    this.#live?.close();
  }
}

/** The end of an execution, for people. */
function showEnd(driver: ExecutionDriver, workspace: Workspace, output: Output, options: FollowOptions): void {
  const { state } = driver.carried;
  const text = summaryText(
    state.execution,
    [...state.taskRuns()],
    workspace.storage,
    palette(output.stdout.colors),
    !options.ephemeral,
    output.stdout.isTerminal ? output.stdout.width : undefined,
  );
  output.stdout.write(driver.carried.secrets.mask(text));
}

/** How one execution ended, as the options want it: a JSON document, for people, or the exit code alone. */
export async function reportEnd(
  driver: ExecutionDriver,
  workspace: Workspace,
  output: Output,
  options: FollowOptions,
): Promise<number> {
  const { execution } = driver.carried.state;
  const code = exitCodeOf(execution.state.current);
  if (options.quiet && code !== exitCode.success) await sayErrors(driver, workspace, output);
  if (options.json) {
    for await (const piece of executionDocument(workspace.store, execution.id)) await output.stdout.push(piece);
    await output.stdout.push('\n');
  } else if (!options.quiet) {
    showEnd(driver, workspace, output, options);
    if (execution.state.current === 'FAILED' && !options.ephemeral)
      output.stderr.write(
        `To go on where it failed: ${commandHint(`run --rerun-failed ${execution.id}`, options.state)}\n`,
      );
  }
  return code;
}

/** The last errors of an execution that nothing was shown of. */
async function sayErrors({ carried }: ExecutionDriver, { store }: Workspace, { stderr }: Output): Promise<void> {
  const { execution } = carried.state;
  const values = new RunValues(carried.state.taskRuns());
  const errors: LogEntry[] = [];
  for await (const batch of store.logs(execution.id)) errors.push(...batch.filter(({ level }) => level === 'ERROR'));
  for (const entry of errors.slice(-mostErrors))
    stderr.write(logLine(entry, palette(stderr.colors), stderr.colors, values.of(entry.taskRunId)));
}
