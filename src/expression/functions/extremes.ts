/** `max(…)` and `min(…)` of numbers. */
import type { Value } from '../../model/value.ts';
import type { Args, ExpressionFunction } from '../invocable.ts';
import { order } from '../operators.ts';

export const extremeFunctions = {
  max: { call: args => extreme(args, (candidate, best) => order(candidate, best) > 0) },
  min: { call: args => extreme(args, (candidate, best) => order(candidate, best) < 0) },
} satisfies Record<string, ExpressionFunction>;

function extreme(args: Args, isBetter: (candidate: Value, best: Value) => boolean): Value {
  let best: Value = null;
  for (const candidate of args) {
    if (candidate === undefined) continue;
    if (best === null || isBetter(candidate, best)) best = candidate;
  }
  return best;
}
