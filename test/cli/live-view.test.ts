/** The live view in a terminal of 80 columns and narrower: a screen is kept, and what was written is applied to it. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Sink } from '../../src/cli/output.ts';
import { LiveView } from '../../src/cli/terminal/live-view.ts';
import { palette } from '../../src/cli/terminal/style.ts';
import { width } from '../../src/cli/terminal/table.ts';
import type { TaskRun } from '../../src/model/execution.ts';
import { initialState, moveTo } from '../../src/model/states.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

// biome-ignore lint/suspicious/noControlCharactersInRegex: what a terminal obeys
const sequences = /(\u001b\[\?2026[hl]|(?:\u001b\[1A\u001b\[2K)+|\r|\n)/;

/** What a terminal shows, folded at its width; it knows the sequences that the view uses. */
class Screen implements Sink {
  readonly isTerminal = true;
  readonly colors = false;
  width = 80;
  height = 24;
  lines: string[] = [];
  writes = 0;

  write(text: string): void {
    this.writes += 1;
    for (const part of text.split(sequences)) {
      if (part.startsWith('\u001b[1A')) this.lines.length -= this.#linesIn(part.length / 8);
      else if (part !== '' && !['\u001b', '\r', '\n'].includes(part.charAt(0))) this.lines.push(part);
    }
  }

  async push(text: string): Promise<void> {
    this.write(text);
  }

  /** Lines that the last rows are made of: a line may be folded into several. */
  #linesIn(rows: number): number {
    let [lines, left] = [0, rows];
    for (; left > 0 && lines < this.lines.length; lines++)
      left -= Math.max(1, Math.ceil(width(this.lines.at(-1 - lines) ?? '') / this.width));
    expect(left).toBe(0);
    return lines;
  }
}

function run(id: string, parent?: string): TaskRun {
  return {
    id,
    executionId: 'e',
    taskId: id,
    ...(parent !== undefined && { parentTaskRunId: parent }),
    branch: 'tasks',
    state: initialState('RUNNING', new Date().toISOString()),
    attempts: [],
  };
}

test('children stand below their parent, with a bar for what is pulled, and nothing is wider than the terminal', () => {
  const screen = new Screen();
  using view = shown(screen);
  const child = run(`child-${'x'.repeat(100)}`, 'parent');
  view.live.taskRun(run('parent'));
  view.live.taskRun(child);
  view.live.progress({ kind: 'pull', text: `Pulling ${'i'.repeat(90)}`, fraction: 0.5 }, child);
  vi.advanceTimersByTime(200);
  expect(screen.lines).toHaveLength(2);
  expect(screen.lines[0]).toMatch(/^. parent {2}running {2}\d+ ms$/);
  expect(screen.lines[1]).toMatch(/^ {2}. child-x+… {2}██████░░░░░░ {2}50 %/);
  expect(Math.max(...screen.lines.map(width))).toBeLessThanOrEqual(80);
});

test('the log streams above, in one write with the view', () => {
  const screen = new Screen();
  using view = shown(screen);
  view.live.taskRun(run('a'));
  vi.advanceTimersByTime(100);
  const before = screen.writes;
  view.live.above('said\n');
  expect(screen.writes).toBe(before + 1);
  expect(screen.lines).toEqual(['said', expect.stringContaining('a  running')]);
});

test('nothing stays behind when the terminal becomes narrower', () => {
  const screen = new Screen();
  using view = shown(screen);
  view.live.taskRun(run(`long-${'x'.repeat(60)}`));
  vi.advanceTimersByTime(100);
  screen.width = 30;
  vi.advanceTimersByTime(100);
  expect(screen.lines).toHaveLength(1);
  expect(width(screen.lines[0] ?? '')).toBeLessThanOrEqual(30);
  view.live.close();
  expect(screen.lines).toEqual([]);
});

test('values of a ForEach are told apart where the names of their tasks are cut', () => {
  const screen = new Screen();
  screen.width = 40;
  using view = shown(screen);
  for (const value of ['1', '2', 'a'.repeat(200_000)])
    view.live.taskRun({ ...run(`id ${value}`), taskId: `long-${'x'.repeat(60)}`, value });
  vi.advanceTimersByTime(100);
  expect(screen.lines).toEqual([
    expect.stringMatching(/^. long-x+… \[1\] {2}running {2}\d+ ms$/),
    expect.stringMatching(/^. long-x+… \[2\] {2}running {2}\d+ ms$/),
    expect.stringMatching(/^. long-x+… \[a+…\] {2}running {2}\d+ ms$/),
  ]);
  expect(Math.max(...screen.lines.map(width))).toBeLessThanOrEqual(40);
});

test('the tasks of a subflow stand below the task that started it', () => {
  const screen = new Screen();
  using view = shown(screen);
  view.live.taskRun(run('call'));
  view.live.taskRun(run('other'));
  view.live.taskRun({ ...run('inner'), executionId: 'child' }, 'call');
  vi.advanceTimersByTime(100);
  expect(screen.lines.map(line => line.replace(/ {2}running.*/, ''))).toEqual([
    expect.stringMatching(/^. call$/),
    expect.stringMatching(/^ {2}. inner$/),
    expect.stringMatching(/^. other$/),
  ]);
});

test('the time of a task that waits for its next try goes on', () => {
  const screen = new Screen();
  using view = shown(screen);
  const failing = run('a');
  view.live.taskRun({ ...failing, state: moveTo(failing.state, 'RETRYING', new Date().toISOString()) });
  vi.advanceTimersByTime(3000);
  expect(screen.lines).toEqual([expect.stringMatching(/^. a {2}retrying {2}3\.0 s$/)]);
});

test('more tasks than there is room for are counted', () => {
  const screen = new Screen();
  using view = shown(screen);
  for (let i = 0; i < 20; i++) view.live.taskRun(run(`t${i}`));
  vi.advanceTimersByTime(100);
  expect(screen.lines.at(-1)).toContain('and 12 more');
});

test('a low terminal gets no more lines than it has', () => {
  const screen = new Screen();
  screen.height = 5;
  using view = shown(screen);
  for (let i = 0; i < 20; i++) view.live.taskRun(run(`t${i}`));
  vi.advanceTimersByTime(100);
  expect(screen.lines).toHaveLength(4);
  expect(screen.lines.at(-1)).toContain('and 17 more');
});

function shown(screen: Screen): Disposable & { readonly live: LiveView } {
  const live = new LiveView(screen, palette(false));
  return { live, [Symbol.dispose]: () => live.close() };
}
