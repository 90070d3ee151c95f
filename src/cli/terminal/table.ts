/** Tables for people: columns as wide as their widest cell, the last one as long as it is. */
import { stripVTControlCharacters } from 'node:util';

/** Shorter names say too little. */
const leastName = 12;

/**
 * @param rows cells may carry colours; they do not count as width
 * @param fit the column without colours that is cut where the table is wider than so many columns of the terminal
 */
export function tableText(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  styleHeader: (text: string) => string = text => text,
  fit?: { readonly column: number; readonly columns: number },
): string {
  const all = [header, ...rows];
  const widths = header.map((_, column) => Math.max(...all.map(row => width(row[column] ?? ''))));
  const excess = fit ? widths.reduce((sum, each) => sum + each + 2, -2) - fit.columns : 0;
  if (fit && excess > 0) {
    const room = Math.max(leastName, (widths[fit.column] ?? 0) - excess);
    const cutRows = rows.map(row => row.with(fit.column, cut(row[fit.column] ?? '', room)));
    return tableText(header, cutRows, styleHeader);
  }
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - width(cell)),
      )
      .join('  ')
      .trimEnd();
  return [styleHeader(line(header)), ...rows.map(line)].map(text => `${text}\n`).join('');
}

/** How many columns a text takes: wide East Asian characters take two. */
export function width(text: string): number {
  let columns = 0;
  for (const character of stripVTControlCharacters(text)) {
    const code = character.codePointAt(0) ?? 0;
    if (code === 0x200d || (code >= 0x300 && code <= 0x36f) || (code >= 0xfe00 && code <= 0xfe0f)) continue;
    columns += isWide(code) ? 2 : 1;
  }
  return columns;
}

/** The first line of a text, in so many columns at most. */
export function cut(text: string, most: number): string {
  const line = text.split('\n')[0] ?? '';
  if (width(line) <= most) return line;
  // A value of a ForEach may be a megabyte; no more characters than columns are looked at.
  let end = Math.min(line.length - 1, most);
  while (end > 0 && width(line.slice(0, end)) >= most) end -= 1;
  return `${line.slice(0, end)}…`;
}

function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xff00 && code <= 0xff60) ||
    code >= 0x1f300
  );
}

/** `1.2 s`, `340 ms`, `2 min 5 s`, `3 h 12 min`. */
export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}
