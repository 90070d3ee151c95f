/** Long lines for people: folded at spaces rather than wherever the terminal ends. */
import { wrapped } from '../../flow/problem-text.ts';
import { width } from './table.ts';

/**
 * @param text colours do not count as width
 * @param more columns by which what goes on is indented further than its line
 */
export function folded(text: string, columns: number, more = 0): string {
  return text.replaceAll(/^( *)(.+)/gm, (_, indent: string, line: string) => {
    const rows = wrapped(line, columns - indent.length - more, width);
    return indent + rows.join(`\n${indent}${' '.repeat(more)}`);
  });
}
