/** What goes on right now, in the last lines of a terminal, while the log scrolls above it. */
import type { TaskRun } from '../../model/execution.ts';
import { isTerminal } from '../../model/states.ts';
import type { Preparation } from '../../runners/runner.ts';
import type { Sink } from '../output.ts';
import type { Palette } from './style.ts';
import { elapsed, tree } from './summary.ts';
import { cut, durationText, width } from './table.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
/** More lines than this would push the log out of sight. */
const mostLines = 8;
const redrawMs = 100;
const barWidth = 12;
/** Terminals that know it show what is between at once (https://gist.github.com/christianparpart/d8a62cc1ab659194337d73e399004036). */
const begin = '\u001b[?2026h';
const end = '\u001b[?2026l';

export class LiveView {
  readonly #sink: Sink;
  readonly #palette: Palette;
  readonly #runs = new Map<string, TaskRun>();
  readonly #progress = new Map<string, Preparation>();
  /** The lines that stand in the terminal now. */
  #shown: readonly string[] = [];
  #frame = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(sink: Sink, palette: Palette) {
    this.#sink = sink;
    this.#palette = palette;
    this.#timer = setInterval(() => this.#redraw(''), redrawMs);
    this.#timer.unref();
  }

  /** @param caller the task run that started the execution of this one, for a subflow */
  taskRun(run: TaskRun, caller?: string): void {
    const parentTaskRunId = run.parentTaskRunId ?? caller;
    if (!isTerminal(run.state.current) && !run.superseded)
      this.#runs.set(run.id, { ...run, ...(parentTaskRunId !== undefined && { parentTaskRunId }) });
    else {
      this.#runs.delete(run.id);
      this.#progress.delete(run.id);
    }
  }

  progress(progress: Preparation, run: TaskRun): void {
    if (progress.kind === 'start') this.#progress.delete(run.id);
    else this.#progress.set(run.id, progress);
  }

  /** Its program said something: it does no longer wait for anything. */
  said(taskRunId: string): void {
    this.#progress.delete(taskRunId);
  }

  /** Writes text above the view. */
  above(text: string): void {
    this.#redraw(text);
  }

  close(): void {
    clearInterval(this.#timer);
    if (this.#shown.length > 0) this.#sink.write(this.#erase());
    this.#shown = [];
  }

  /**
   * A terminal that became narrower since has folded the lines: they are counted as they stand now. Row by row: what
   * is cleared from the top of its screen to the end, tmux keeps in its history, and shows again when it is resized.
   */
  #erase(): string {
    const columns = Math.max(1, this.#sink.width);
    const rows = this.#shown.reduce((sum, line) => sum + Math.max(1, Math.ceil(width(line) / columns)), 0);
    return rows === 0 ? '' : `${'\u001b[1A\u001b[2K'.repeat(rows)}\r`;
  }

  /** One write for everything, so that nothing flickers. */
  #redraw(above: string): void {
    this.#frame += 1;
    const lines = this.#lines();
    if (above === '' && lines.length === 0 && this.#shown.length === 0) return;
    const text = lines.map(line => `${line}\n`).join('');
    this.#sink.write(begin + this.#erase() + above + text + end);
    this.#shown = lines;
  }

  #lines(): string[] {
    const open = tree([...this.#runs.values()]);
    const spinner = this.#palette.accent(frames[this.#frame % frames.length] ?? '');
    // What has left the screen at its top cannot be drawn over.
    const most = Math.max(1, Math.min(mostLines, (this.#sink.height ?? Number.POSITIVE_INFINITY) - 2));
    const lines = open.slice(0, most).map(({ run, depth }) => this.#line(run, depth, spinner));
    if (open.length > most) lines.push(this.#palette.dim(`  and ${open.length - most} more`));
    return lines;
  }

  #line(run: TaskRun, depth: number, spinner: string): string {
    const progress = this.#progress.get(run.id);
    const bar = progress?.fraction === undefined ? '' : `${progressBar(progress.fraction)}  `;
    const doing = progress?.text ?? run.state.current.toLowerCase();
    const time = durationText(elapsed(run));
    const room = Math.max(10, this.#sink.width - 2 * depth - time.length - 5);
    // A long name leaves half of the line to what is going on.
    const name = nameOf(run, Math.max(Math.floor(room / 2), room - width(bar + doing) - 2));
    const rest = cut(bar + doing, Math.max(1, room - width(name) - 2));
    const { dim } = this.#palette;
    return `${'  '.repeat(depth)}${spinner} ${name}  ${dim(rest)}  ${dim(time)}`;
  }
}

/** A long id leaves half of the name to the value of a ForEach: that tells them apart. */
function nameOf({ taskId, value }: TaskRun, most: number): string {
  if (value === undefined) return cut(taskId, most);
  const shown = ` [${cut(value, most - Math.min(width(taskId), Math.floor(most / 2)) - 3)}]`;
  return cut(taskId, most - width(shown)) + shown;
}

function progressBar(fraction: number): string {
  const done = Math.round(Math.min(1, Math.max(0, fraction)) * barWidth);
  return `${'█'.repeat(done)}${'░'.repeat(barWidth - done)} ${String(Math.floor(fraction * 100)).padStart(3)} %`;
}
