/** Colours of terminal text: by meaning, not by name. */
import type { LogLevel } from '../../model/flow.ts';
import type { State } from '../../model/states.ts';

export type Style = (text: string) => string;

export interface Palette {
  readonly bold: Style;
  readonly dim: Style;
  readonly good: Style;
  readonly warn: Style;
  readonly bad: Style;
  readonly accent: Style;
}

const plain: Style = text => text;
const sgr =
  (open: number, close: number): Style =>
  text =>
    `\u001b[${open}m${text}\u001b[${close}m`;

/** Styles that do nothing where colours are not wanted. */
export function palette(colors: boolean): Palette {
  if (!colors) return { bold: plain, dim: plain, good: plain, warn: plain, bad: plain, accent: plain };
  return {
    bold: sgr(1, 22),
    dim: sgr(2, 22),
    good: sgr(32, 39),
    warn: sgr(33, 39),
    bad: sgr(31, 39),
    accent: sgr(36, 39),
  };
}

export function stateStyle(palette: Palette, state: State): Style {
  switch (state) {
    case 'SUCCESS':
      return palette.good;
    case 'WARNING':
    case 'PAUSED':
    case 'RETRYING':
    case 'RETRIED':
      return palette.warn;
    case 'FAILED':
    case 'KILLED':
    case 'KILLING':
    case 'CANCELLED':
      return palette.bad;
    case 'SKIPPED':
      return palette.dim;
    default:
      return palette.accent;
  }
}

export function levelStyle(palette: Palette, level: LogLevel): Style {
  if (level === 'ERROR') return palette.bad;
  if (level === 'WARN') return palette.warn;
  return level === 'INFO' ? plain : palette.dim;
}
