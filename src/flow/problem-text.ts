/** Problems for people: where, what, the lines around it, what to do. */
import type { Problem } from '../model/flow.ts';

const colors = { error: '31', warning: '33', dim: '2', bold: '1', hint: '36' } as const;

/** Columns that a frame may take; a longer line is cut around the place it is about. */
const width = 80;

/**
 * One problem as text of several lines, without a line end at the last:
 *
 *     flow.yaml:7:5 unknown-property
 *       a: Unrecognized field "mesage" of io.kestra.plugin.core.log.Log
 *         6 │     type: io.kestra.plugin.core.log.Log
 *         7 │     mesage: hello
 *           │     ^
 *       Did you mean "message"?
 */
export function problemText(
  problem: Problem,
  source: { readonly name: string; readonly text: string },
  options: { readonly color: boolean },
): string {
  const paint = (text: string, color: keyof typeof colors) =>
    options.color ? `\x1b[${colors[color]}m${text}\x1b[0m` : text;
  const { line, column } = problem.position;
  const kind = problem.severity === 'warning' ? `warning ${problem.code}` : problem.code;
  const parts = [`${paint(`${source.name}:${line}:${column}`, 'bold')} ${paint(kind, problem.severity)}`];
  parts.push(...wrapped(problem.message).map(text => `  ${text}`));
  parts.push(
    ...frame(problem, source.text).map(row => `  ${row.marked ? row.text : paint(row.text, 'dim')}`.trimEnd()),
  );
  if (problem.hint !== undefined) parts.push(...wrapped(problem.hint).map(text => `  ${paint(text, 'hint')}`));
  return parts.join('\n');
}

function frame(problem: Problem, text: string): { text: string; marked: boolean }[] {
  const { line, column } = problem.position;
  const lines = linesAround(text, line);
  const numbers = String(line + 1).length;
  const room = width - numbers - 6;
  // A long line is shown from a little before the place on.
  const cut = column > room - 10 ? column - Math.floor(room / 2) : 0;
  const rows: { text: string; marked: boolean }[] = [];
  for (const { number, content } of lines) {
    rows.push({
      text: `${String(number).padStart(numbers)} │ ${shorten(content, number === line ? cut : 0, room)}`,
      marked: number === line,
    });
    if (number !== line) continue;
    // Tabs stay tabs, so that the caret stands below its place whatever their width.
    const before = content.slice(cut, column - 1).replaceAll(/[^\t]/g, ' ');
    rows.push({ text: `${' '.repeat(numbers)} │ ${before}^`, marked: true });
  }
  return rows;
}

function linesAround(text: string, line: number): { number: number; content: string }[] {
  const lines = text.split(/\r\n|\n|\r/);
  return [line - 1, line, line + 1]
    .filter(number => number >= 1 && number <= lines.length)
    .map(number => ({ number, content: (lines[number - 1] ?? '').replaceAll(/[^\P{Cc}\t]/gu, '?') }))
    .filter(({ number, content }) => number === line || content.trim() !== '');
}

function shorten(content: string, cut: number, room: number): string {
  const start = cut > 0 ? `…${content.slice(cut + 1)}` : content;
  return start.length > room ? `${start.slice(0, room - 1)}…` : start;
}

/** Rows of so many columns at most, broken at spaces; a longer word keeps its length. */
export function wrapped(text: string, columns = width - 2, measure = (row: string) => row.length): string[] {
  const rows: string[] = [];
  for (const word of text.split(' ')) {
    const last = rows.at(-1);
    if (last !== undefined && measure(last) + measure(word) + 1 <= columns) rows[rows.length - 1] = `${last} ${word}`;
    else rows.push(word);
  }
  return rows;
}
