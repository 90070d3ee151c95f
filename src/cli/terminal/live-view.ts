/** What goes on right now, in the last lines of a terminal, while the log scrolls above it. */
import type { TaskRun } from '../../model/execution.ts';
import { isTerminal } from '../../model/states.ts';
import type { TaskProgress } from '../../worker/execution-environment.ts';
import type { Sink } from '../output.ts';
import type { Palette } from './style.ts';
import { elapsed } from './summary.ts';
import { durationText, width } from './table.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/** More lines than this would push the log out of sight. */
const mostLines = 6;

export class LiveView {
  readonly #sink: Sink;
  readonly #palette: Palette;
  readonly #runs = new Map<string, TaskRun>();
  readonly #progress = new Map<string, TaskProgress>();
  #shown = 0;
  #frame = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(sink: Sink, palette: Palette) {
    this.#sink = sink;
    this.#palette = palette;
    this.#timer = setInterval(() => this.#redraw(''), 100);
    this.#timer.unref();
  }

  taskRun(run: TaskRun): void {
    if (!isTerminal(run.state.current) && !run.superseded) this.#runs.set(run.id, run);
    else {
      this.#runs.delete(run.id);
      this.#progress.delete(run.id);
    }
  }

  progress(progress: TaskProgress, run: TaskRun): void {
    if (progress.kind === 'start') this.#progress.delete(run.id);
    else this.#progress.set(run.id, progress);
  }

  /** Writes text above the view. */
  above(text: string): void {
    this.#redraw(text);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#sink.write(this.#erase());
    this.#shown = 0;
  }

  #erase(): string {
    return this.#shown === 0 ? '' : `\u001b[${this.#shown}A\u001b[J`;
  }

  /** One write for everything, so that nothing flickers. */
  #redraw(above: string): void {
    this.#frame += 1;
    const lines = this.#lines();
    const text = lines.map(line => `${line}\n`).join('');
    if (above === '' && lines.length === 0 && this.#shown === 0) return;
    this.#sink.write(this.#erase() + above + text);
    this.#shown = lines.length;
  }

  #lines(): string[] {
    const parents = new Set([...this.#runs.values()].map(run => run.parentTaskRunId));
    const leaves = [...this.#runs.values()].filter(run => !parents.has(run.id));
    const spinner = this.#palette.accent(frames[this.#frame % frames.length] ?? '');
    const lines = leaves.slice(0, mostLines).map(run => {
      const value = run.value === undefined ? '' : ` [${run.value.slice(0, 20)}]`;
      const doing = this.#progress.get(run.id)?.text ?? run.state.current.toLowerCase();
      return `${spinner} ${cut(`${run.taskId}${value}  ${doing}`, this.#sink.width - 16)}  ${this.#palette.dim(durationText(elapsed(run)))}`;
    });
    if (leaves.length > mostLines) lines.push(this.#palette.dim(`  and ${leaves.length - mostLines} more`));
    return lines;
  }
}

function cut(text: string, most: number): string {
  const line = text.split('\n')[0] ?? '';
  if (width(line) <= most) return line;
  let end = line.length - 1;
  while (end > 0 && width(line.slice(0, end)) >= most) end -= 1;
  return `${line.slice(0, end)}…`;
}
