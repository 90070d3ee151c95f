import type { Value } from '../model/value.ts';

const untrue: ReadonlySet<string> = new Set(['', 'false', '0', '-0']);

/**
 * Whether a rendered condition holds, by its text. False is exactly nothing, `false`, `0`, `-0` and the empty text;
 * `False`, `0.0`, `[]` and a blank are true (Kestra's TruthUtils).
 */
export function isTruthy(rendered: Value): boolean {
  return rendered !== null && !untrue.has(String(rendered));
}
