/** `=`, `|=`, `+=` and their like: all paths of the left side, each replaced. */
import type { Value } from '../../model/value.ts';
import { deletePaths, getPath, type Owned, updatePath } from './access.ts';
import { type ArithmeticOperator, calculate } from './arithmetic.ts';
import { compile } from './compile.ts';
import { isTrue } from './kinds.ts';
import { pathsOf } from './paths.ts';
import { type Closure, computed, each, type Filter, type Run } from './run.ts';
import type { Scope } from './scope.ts';
import type { Node } from './syntax.ts';

export function compileUpdate(node: Extract<Node, { kind: 'update' }>, scope: Scope): Filter {
  const left = compile(node.left, scope);
  const right = compile(node.right, scope);
  const { operator } = node;
  if (operator === '|=') {
    return (env, input, trail, emit) => {
      emit(modify(input, { filter: left, env }, { filter: right, env }), computed(trail));
    };
  }
  const change = changeBy(operator);
  return (env, input, trail, emit) =>
    right(env, input, undefined, operand => {
      const paths = pathsOf({ filter: left, env }, input);
      emit(
        replaceAll(input, paths, old => change(old, operand, env.run), env.run),
        computed(trail),
      );
    });
}

/** What an operator makes of the old value and its right side's. */
export function changeBy(operator: Exclude<Extract<Node, { kind: 'update' }>['operator'], '|='>) {
  if (operator === '=') return (_old: Value, operand: Value) => operand;
  if (operator === '//=') return (old: Value, operand: Value) => (isTrue(old) ? old : operand);
  const arithmetic = operator.slice(0, 1) as ArithmeticOperator;
  return (old: Value, operand: Value, run: Run) => calculate(arithmetic, old, operand, run);
}

function replaceAll(
  input: Value,
  paths: readonly (readonly Value[])[],
  change: (old: Value) => Value,
  run: Run,
): Value {
  const owned: Owned = new Set();
  let result = input;
  for (const path of paths) {
    run.step();
    result = updatePath(result, path, old => change(shared(old, owned)), run, owned);
  }
  return result;
}

/** A container that is handed out may be kept by who gets it: it and what lies below must not change in place then. */
function shared(value: Value, owned: Owned): Value {
  if (typeof value === 'object' && value !== null && owned.has(value)) owned.clear();
  return value;
}

/**
 * `paths |= update`: the first output replaces the value, none deletes it. jq 1.6 skipped every other item when it
 * deleted from a list (jqlang/jq#2051); here, as since jq 1.7, all are deleted at the end.
 */
export function modify(input: Value, paths: Closure, update: Closure): Value {
  const { run } = update.env;
  const owned: Owned = new Set();
  const gone: (readonly Value[])[] = [];
  let result = input;
  for (const path of pathsOf(paths, input)) {
    run.step();
    let output: { readonly value: Value } | undefined;
    const old = shared(getPath(result, path, run), owned);
    each(update, old, undefined, value => {
      output = { value };
      return false;
    });
    const found = output;
    if (found === undefined) gone.push(path);
    else result = updatePath(result, path, () => found.value, run, owned);
  }
  return deletePaths(result, gone, run);
}
