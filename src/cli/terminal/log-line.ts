/** One log entry as a line for people: time, level, task, message. */
import type { LogEntry } from '../../model/execution.ts';
import { printable } from './printable.ts';
import { valuesText } from './run-values.ts';
import { levelStyle, type Palette } from './style.ts';

/**
 * `12:04:05.123 INFO  make  hello`, `… INFO  each[a][1]  hello`. Colours of the message are kept where the reader is a
 * terminal.
 * @param values of the ForEach tasks around the task
 */
export function logLine(entry: LogEntry, palette: Palette, colors: boolean, values: readonly string[] = []): string {
  const time = entry.timestamp.slice(11, 23);
  const style = levelStyle(palette, entry.level);
  const head = `${palette.dim(time)} ${style(entry.level.padEnd(5))} ${palette.accent(entry.taskId ?? '-')}${palette.dim(valuesText(values))}  `;
  // Texts of YAML's `|` end in a line break.
  const body = printable(entry.message.trimEnd(), colors)
    .split('\n')
    .map(style)
    .join(`\n${' '.repeat(21)}`);
  return `${head}${body}${colors && body.includes('\u001b') ? '\u001b[0m' : ''}\n`;
}
