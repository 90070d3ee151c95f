/** Values as events of [path, leaf], and back. */
import { isList, isMap, type Value } from '../../../model/value.ts';
import { updatePath } from '../access.ts';
import { raise } from '../jq-error.ts';
import { described, numberOf } from '../kinds.ts';
import { computed, keysOf, root, type Trail } from '../run.ts';
import type { Call, FilterTable } from './builtin.ts';
import { eachValue } from './flow.ts';

/** `[path, leaf]` for each leaf, and `[path]` of its last item where a list or map ends. */
function toStream(call: Call, use: (event: Value) => void): void {
  const walk = (value: Value, trail: Trail): void => {
    call.run.step();
    const entries: [Value, Value][] = isList(value)
      ? value.map((item, index) => [index, item])
      : isMap(value)
        ? Object.entries(value)
        : [];
    const last = entries.at(-1);
    for (const [key, item] of entries) walk(item, { key, up: trail });
    use(last ? [keysOf({ key: last[0], up: trail })] : [keysOf(trail), value]);
  };
  walk(call.input, root);
}

function eventOf(value: Value): { path: readonly Value[]; leaf: Value | undefined } {
  const path = isList(value) ? value[0] : undefined;
  if (!isList(value) || !isList(path)) return raise(`${described(value)} is no event of a stream`);
  return { path, leaf: value[1] };
}

export const streamFilters: FilterTable = {
  'tostream/0': (_args, call, emit) => toStream(call, event => emit(event, computed(call.trail))),
  'fromstream/1': ([events], call, emit) => {
    let built: Value = null;
    let started = false;
    eachValue(events, call.input, event => {
      call.run.step();
      const { path, leaf } = eventOf(event);
      if (leaf !== undefined) {
        built = updatePath(built, path, () => leaf, call.run);
        started = true;
      }
      const ends = path.length === 0 || (leaf === undefined && path.length === 1);
      if (!ends || !started) return;
      const whole = built;
      built = null;
      started = false;
      emit(whole, computed(call.trail));
    });
  },
  // The depth is the input: `1 | truncate_stream(…)`.
  'truncate_stream/1': ([events], call, emit) => {
    const depth = numberOf(call.input) ?? raise(`${described(call.input)} is no depth`);
    eachValue(events, call.input, event => {
      const { path, leaf } = eventOf(event);
      if (path.length <= depth) return;
      const rest = path.slice(depth);
      emit(leaf === undefined ? [rest] : [rest, leaf], computed(call.trail));
    });
  },
};
