/**
 * Whether a rendered condition holds. False is exactly nothing, `false`, `0`, `-0` and the empty text;
 * `False`, `0.0`, `[]` and a blank are true (Kestra's TruthUtils).
 */
export function isTruthy(rendered: string | null): boolean {
  return rendered !== null && rendered !== 'false' && rendered !== '0' && rendered !== '-0' && rendered !== '';
}
