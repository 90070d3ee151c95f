/** Builtins that steer: which outputs there are, how often, and until when. They keep paths. */
import { isList, isMap, type Value } from '../../../model/value.ts';
import { calculate, numeric } from '../arithmetic.ts';
import { iterate } from '../compile-access.ts';
import { Raised, raise } from '../jq-error.ts';
import { described, isTrue, type Kind, kindOf, numberOf } from '../kinds.ts';
import { type Closure, computed, type Emit, each, outputsOf, type Trail } from '../run.ts';
import type { Call, FilterFunction, FilterTable } from './builtin.ts';

interface Spot {
  readonly value: Value;
  readonly trail: Trail | undefined;
}

/** Runs an argument at a place. */
function runAt(closure: Closure | undefined, input: Value, trail: Trail | undefined, emit: Emit): void {
  closure?.filter(closure.env, input, trail, emit);
}

/** Calls `use` for each output of an argument that is read as a value. */
export function eachValue(closure: Closure | undefined, input: Value, use: (value: Value) => void): void {
  closure?.filter(closure.env, input, undefined, use);
}

/** The outputs up to an error, if there is one: those before it come first, and may be enough. */
interface Next {
  readonly spots: readonly Spot[];
  readonly error?: Raised;
}

function nextOf(closure: Closure | undefined, at: Spot): Next {
  const spots: Spot[] = [];
  try {
    runAt(closure, at.value, at.trail, (value, trail) => spots.push({ value, trail }));
  } catch (error) {
    if (!(error instanceof Raised)) throw error;
    return { spots, error };
  }
  return { spots };
}

function conditionHolds(closure: Closure | undefined, input: Value, use: (holds: boolean) => void): void {
  eachValue(closure, input, value => use(isTrue(value)));
}

/**
 * Calls `visit` for a place and then for each place that `step` gives, and so on. One step after another is a loop, not
 * a recursion, so that `repeat` and `until` may go on for long.
 */
function follow(start: Spot, call: Call, step: (spot: Spot) => Next): void {
  let spot: Spot | undefined = start;
  while (spot) {
    call.run.step();
    const { spots, error }: Next = step(spot);
    for (const other of error ? spots : spots.slice(0, -1)) follow(other, call, step);
    if (error) throw error;
    spot = spots.at(-1);
  }
}

const done: Next = { spots: [] };

const until: FilterFunction = ([condition, update], call, emit) =>
  follow({ value: call.input, trail: call.trail }, call, spot => {
    let next = done;
    conditionHolds(condition, spot.value, holds => {
      if (holds) emit(spot.value, spot.trail);
      else next = both(next, nextOf(update, spot));
    });
    return next;
  });

const whileHolds: FilterFunction = ([condition, update], call, emit) =>
  follow({ value: call.input, trail: call.trail }, call, spot => {
    let next = done;
    conditionHolds(condition, spot.value, holds => {
      if (!holds) return;
      emit(spot.value, spot.trail);
      next = both(next, nextOf(update, spot));
    });
    return next;
  });

const repeat: FilterFunction = ([update], call, emit) =>
  follow({ value: call.input, trail: call.trail }, call, spot => {
    emit(spot.value, spot.trail);
    return nextOf(update, spot);
  });

function both(first: Next, second: Next): Next {
  return first.error ? first : { ...second, spots: [...first.spots, ...second.spots] };
}

function range(from: Value, to: Value, by: Value, call: Call, emit: Emit): void {
  const start = numberOf(from);
  const end = numberOf(to);
  const step = numberOf(by);
  if (start === undefined || end === undefined || step === undefined) raise('Range bounds must be numeric');
  const trail = computed(call.trail);
  if (step === 0 && start < end) {
    for (;;) {
      call.run.step();
      emit(numeric(start), trail);
    }
  }
  for (let at = start; step > 0 ? at < end : step < 0 && at > end; at += step) {
    call.run.step();
    emit(numeric(at), trail);
  }
}

function limit(count: Value, closure: Closure | undefined, call: Call, emit: Emit): void {
  const most = numberOf(count);
  if (most === undefined) raise(`${described(count)} is no count of outputs`);
  if (most <= 0 || !closure) {
    // jq 1.6: a negative limit is none.
    if (most < 0) runAt(closure, call.input, call.trail, emit);
    return;
  }
  let left = most;
  each(closure, call.input, call.trail, (value, trail) => {
    left -= 1;
    emit(value, trail);
    return left > 0;
  });
}

function skip(count: Value, closure: Closure | undefined, call: Call, emit: Emit): void {
  let left = numberOf(count) ?? 0;
  runAt(closure, call.input, call.trail, (value, trail) => {
    if (left > 0) left -= 1;
    else emit(value, trail);
  });
}

function last(closure: Closure | undefined, call: Call, emit: Emit): void {
  let found: Spot | undefined;
  runAt(closure, call.input, call.trail, (value, trail) => {
    found = { value, trail };
  });
  const spot = found as Spot | undefined;
  if (spot) emit(spot.value, spot.trail);
}

function nth(index: Value, closure: Closure | undefined, call: Call, emit: Emit): void {
  let left = numberOf(index) ?? raise('nth needs a number');
  if (left < 0) raise("nth doesn't support negative indices");
  if (!closure) return;
  each(closure, call.input, call.trail, (value, trail) => {
    if (left < 1) emit(value, trail);
    left -= 1;
    return left >= 0;
  });
}

/** `any` and `all`: ends with the first output whose truth is `decisive`. */
function quantify(
  decisive: boolean,
  source: Closure | undefined,
  condition: Closure | undefined,
  call: Call,
  emit: Emit,
): void {
  let result = !decisive;
  const judge = (value: Value) => {
    let goOn = true;
    conditionHolds(condition, value, holds => {
      if (holds !== decisive) return;
      result = decisive;
      goOn = false;
    });
    return goOn;
  };
  if (source) each(source, call.input, undefined, judge);
  else for (const item of itemsOf(call)) if (!judge(item)) break;
  emit(result, computed(call.trail));
}

function itemsOf(call: Call): Value[] {
  const items: Value[] = [];
  iterate(call.input, undefined, call.run, value => items.push(value));
  return items;
}

function quantifyItems(decisive: boolean, call: Call, emit: Emit): void {
  emit(itemsOf(call).some(item => isTrue(item) === decisive) ? decisive : !decisive, computed(call.trail));
}

function recurse(call: Call, emit: Emit): void {
  const visit = (value: Value, trail: Trail | undefined): void => {
    call.run.step();
    emit(value, trail);
    if (isList(value) || isMap(value)) iterate(value, trail, call.run, visit);
  };
  visit(call.input, call.trail);
}

/** `numbers`, `strings` …: the input, where it is of such a type. */
function ofKinds(...kinds: readonly Kind[]): FilterFunction {
  return (_args, call, emit) => {
    if (kinds.includes(kindOf(call.input))) emit(call.input, call.trail);
  };
}

function error(value: Value): never {
  throw new Raised(value);
}

function addAll(values: Iterable<Value>, call: Call): Value {
  let sum: Value = null;
  for (const value of values) {
    call.run.step();
    sum = calculate('+', sum, value, call.run);
  }
  return sum;
}

export const flowFunctions: FilterTable = {
  'nulls/0': ofKinds('null'),
  'booleans/0': ofKinds('boolean'),
  'numbers/0': ofKinds('number'),
  'strings/0': ofKinds('string'),
  'arrays/0': ofKinds('array'),
  'objects/0': ofKinds('object'),
  'iterables/0': ofKinds('array', 'object'),
  'scalars/0': ofKinds('null', 'boolean', 'number', 'string'),
  'values/0': ofKinds('boolean', 'number', 'string', 'array', 'object'),
  'empty/0': () => {},
  'error/0': (_args, call) => error(call.input),
  'error/1': ([message], call) => eachValue(message, call.input, error),
  'select/1': ([condition], call, emit) =>
    conditionHolds(condition, call.input, holds => {
      if (holds) emit(call.input, call.trail);
    }),
  'recurse/0': (_args, call, emit) => recurse(call, emit),
  'recurse/1': repeat,
  'until/2': until,
  'while/2': whileHolds,
  'repeat/1': repeat,
  'range/1': ([to], call, emit) => eachValue(to, call.input, end => range(0, end, 1, call, emit)),
  'range/2': ([from, to], call, emit) =>
    eachValue(from, call.input, start => eachValue(to, call.input, end => range(start, end, 1, call, emit))),
  'range/3': ([from, to, by], call, emit) =>
    eachValue(from, call.input, start =>
      eachValue(to, call.input, end => eachValue(by, call.input, step => range(start, end, step, call, emit))),
    ),
  'limit/2': ([count, source], call, emit) => eachValue(count, call.input, most => limit(most, source, call, emit)),
  'skip/2': ([count, source], call, emit) => eachValue(count, call.input, most => skip(most, source, call, emit)),
  'first/1': ([source], call, emit) => limit(1, source, call, emit),
  'last/1': ([source], call, emit) => last(source, call, emit),
  'nth/2': ([index, source], call, emit) => eachValue(index, call.input, at => nth(at, source, call, emit)),
  'isempty/1': ([source], call, emit) => {
    let empty = true;
    if (source) {
      each(source, call.input, undefined, () => {
        empty = false;
        return false;
      });
    }
    emit(empty, computed(call.trail));
  },
  'any/0': (_args, call, emit) => quantifyItems(true, call, emit),
  'any/1': ([condition], call, emit) => quantify(true, undefined, condition, call, emit),
  'any/2': ([source, condition], call, emit) => quantify(true, source, condition, call, emit),
  'all/0': (_args, call, emit) => quantifyItems(false, call, emit),
  'all/1': ([condition], call, emit) => quantify(false, undefined, condition, call, emit),
  'all/2': ([source, condition], call, emit) => quantify(false, source, condition, call, emit),
  'map/1': ([step], call, emit) => {
    const list: Value[] = [];
    iterate(call.input, undefined, call.run, item => eachValue(step, item, value => list.push(value)));
    emit(list, computed(call.trail));
  },
  'add/1': ([source], call, emit) =>
    emit(addAll(source ? outputsOf(source, call.input) : [], call), computed(call.trail)),
  // Nothing is printed: a program's only outlet are its outputs.
  'debug/0': (_args, call, emit) => emit(call.input, call.trail),
  'debug/1': (_args, call, emit) => emit(call.input, call.trail),
  'stderr/0': (_args, call, emit) => emit(call.input, call.trail),
};
