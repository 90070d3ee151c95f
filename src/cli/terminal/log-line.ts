/** One log entry as a line for people: time, level, task, message. */
import type { LogEntry } from '../../model/execution.ts';
import { levelStyle, type Palette } from './style.ts';

/**
 * `12:04:05.123 INFO  make  hello`. Control characters of the message are shown, not obeyed: a script's output must not
 * move our cursor; colours (SGR) are let through where the reader is a terminal.
 */
export function logLine(entry: LogEntry, palette: Palette, colors: boolean): string {
  const time = entry.timestamp.slice(11, 23);
  const style = levelStyle(palette, entry.level);
  const head = `${palette.dim(time)} ${style(entry.level.padEnd(5))} ${palette.accent(entry.taskId ?? '-')}  `;
  const body = printable(entry.message, colors)
    .split('\n')
    .map(style)
    .join(`\n${' '.repeat(21)}`);
  return `${head}${body}${colors && body.includes('\u001b') ? '\u001b[0m' : ''}\n`;
}

function printable(text: string, colors: boolean): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return text.replaceAll(/\u001b\[[0-9;]*m|[\u0000-\u0008\u000b-\u001f\u007f]/g, found => {
    if (found.length > 1) return colors ? found : '';
    return found === '\u007f' ? '\u2421' : String.fromCharCode(0x2400 + found.charCodeAt(0));
  });
}
