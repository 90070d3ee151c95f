/** Text of any kind as a part of one line. */
import { printable } from './printable.ts';

export function oneLine(text: string): string {
  return printable(text).replaceAll(/\s*\n\s*/g, ' ⏎ ');
}

/** @param most characters */
export function shorten(text: string, most: number): string {
  const line = oneLine(text);
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}
