/**
 * Updates of `reduce` that change its state in place, where nobody else can hold the state.
 *
 * `reduce .[] as $x ({}; .[$x.id] = $x)` is how maps are built in jq, which counts references and copies nothing. A copy
 * for each of 20,000 rows took 107 s here; in place it takes 0.03 s (measured).
 */
import { isList, isMap, type Value } from '../../model/value.ts';
import { copyMap, deletePaths, type Owned, updatePath } from './access.ts';
import { type ArithmeticOperator, calculate } from './arithmetic.ts';
import { compile } from './compile.ts';
import { changeBy } from './compile-update.ts';
import { isTrue, setOwn } from './kinds.ts';
import { pathsOf } from './paths.ts';
import { type Env, each, type Filter, type Run } from './run.ts';
import type { Scope } from './scope.ts';
import type { Node } from './syntax.ts';

/** The next state; undefined where the update has no output. Containers in `owned` are the state's alone. */
export type Accumulator = (env: Env, state: Value, owned: Owned) => Value | undefined;

/** The update as an accumulator, or undefined where a part of the state might be kept elsewhere. */
export function compileAccumulator(node: Node, scope: Scope): Accumulator | undefined {
  switch (node.kind) {
    case 'identity':
      return (_env, state) => state;
    case 'pipe':
      return compilePipe(node.left, node.right, scope);
    case 'if':
      return compileChoice(node, scope);
    case 'update':
      return compileChange(node, scope);
    case 'binary':
      return compileSum(node, scope);
    default:
      return undefined;
  }
}

function compilePipe(left: Node, right: Node, scope: Scope): Accumulator | undefined {
  const first = compileAccumulator(left, scope);
  const second = first && compileAccumulator(right, scope);
  if (!second) return undefined;
  return (env, state, owned) => {
    const between = first(env, state, owned);
    return between === undefined ? undefined : second(env, between, owned);
  };
}

function compileChoice(node: Extract<Node, { kind: 'if' }>, scope: Scope): Accumulator | undefined {
  const condition = compile(node.condition, scope);
  const then = compileAccumulator(node.then, scope);
  const otherwise = compileAccumulator(node.otherwise ?? { kind: 'identity' }, scope);
  if (!then || !otherwise) return undefined;
  return (env, state, owned) => {
    const holds = lastOutput(condition, env, state);
    if (holds === undefined) return undefined;
    return isTrue(holds) ? then(env, state, owned) : otherwise(env, state, owned);
  };
}

function compileSum(node: Extract<Node, { kind: 'binary' }>, scope: Scope): Accumulator | undefined {
  if (node.operator !== '+' || node.left.kind !== 'identity' || !isFresh(node.right)) return undefined;
  const right = compile(node.right, scope);
  return (env, state, owned) => {
    const operand = lastOutput(right, env, state);
    return operand === undefined ? undefined : append(state, operand, env.run, owned);
  };
}

function compileChange(node: Extract<Node, { kind: 'update' }>, scope: Scope): Accumulator | undefined {
  const { operator } = node;
  const inner = operator === '|=' ? compileAccumulator(node.right, scope) : undefined;
  if (!inner && !isFresh(node.right)) return undefined;
  const left = compile(node.left, scope);
  const right = compile(node.right, scope);
  if (operator === '|=') {
    const next: Accumulator = inner ?? ((env, old) => firstOutput(right, env, old));
    return (env, state, owned) => modify(state, left, next, env, owned);
  }
  const change = operator === '+=' ? append : changeBy(operator);
  return (env, state, owned) => {
    const operand = lastOutput(right, env, state);
    if (operand === undefined) return undefined;
    let result = state;
    for (const path of pathsOf({ filter: left, env }, state)) {
      env.run.step();
      result = updatePath(result, path, old => change(old, operand, env.run, owned), env.run, owned);
    }
    return result;
  };
}

function modify(state: Value, left: Filter, next: Accumulator, env: Env, owned: Owned): Value {
  const gone: Value[][] = [];
  let result = state;
  for (const path of pathsOf({ filter: left, env }, state)) {
    env.run.step();
    const change = (old: Value) => {
      const value = next(env, old, owned);
      if (value === undefined) gone.push(path);
      return value ?? null;
    };
    result = updatePath(result, path, change, env.run, owned);
  }
  return deletePaths(result, gone, env.run);
}

/** `old + operand`, in place where the old list or map is owned. */
function append(old: Value, operand: Value, run: Run, owned: Owned): Value {
  if (isList(old) && isList(operand)) {
    const list = owned.has(old) ? (old as Value[]) : old.slice();
    if (list !== old) run.copied(list.length);
    owned.add(list);
    run.copied(operand.length);
    for (const item of operand) list.push(item);
    return list;
  }
  if (isMap(old) && isMap(operand)) {
    const map = owned.has(old) ? (old as Record<string, Value>) : copyMap(old, run);
    owned.add(map);
    for (const [key, item] of Object.entries(operand)) setOwn(map, key, item);
    return map;
  }
  return calculate('+', old, operand, run);
}

/** `reduce` keeps the last output of its update. */
function lastOutput(filter: Filter, env: Env, input: Value): Value | undefined {
  let last: Value | undefined;
  filter(env, input, undefined, value => {
    last = value;
  });
  return last;
}

function firstOutput(filter: Filter, env: Env, input: Value): Value | undefined {
  let first: Value | undefined;
  each({ filter, env }, input, undefined, value => {
    first = value;
    return false;
  });
  return first;
}

const arithmetic: ReadonlySet<string> = new Set<ArithmeticOperator>(['+', '-', '*', '/', '%']);
const scalarCalls: ReadonlySet<string> = new Set([
  'true',
  'false',
  'null',
  'length',
  'not',
  'type',
  'tostring',
  'tojson',
]);

/** True when no output can hold a list or map that lies in the input. Uncertain ones count as not fresh. */
function isFresh(node: Node): boolean {
  switch (node.kind) {
    case 'literal':
    case 'variable':
    case 'text':
    case 'and':
    case 'or':
      return true;
    case 'pipe':
      // Whatever stands on the right sees only what the left gives.
      return isFresh(node.left);
    case 'comma':
    case 'alternative':
      return isFresh(node.left) && isFresh(node.right);
    case 'index':
    case 'iterate':
    case 'slice':
      return isFresh(node.target);
    case 'array':
      return node.body === undefined || isFresh(node.body);
    case 'object':
      return node.entries.every(entry => isFresh(entry.value));
    case 'binary':
      if (!arithmetic.has(node.operator)) return true;
      return (isFresh(node.left) && isFresh(node.right)) || isScalar(node.left) || isScalar(node.right);
    case 'if':
      return isFresh(node.then) && node.otherwise !== undefined && isFresh(node.otherwise);
    case 'call':
      return node.args.length === 0 && scalarCalls.has(node.name);
    default:
      return false;
  }
}

/** Arithmetic with a number or text on one side gives no list or map: `null + 1` is 1, and `[] + 1` an error. */
function isScalar(node: Node): boolean {
  return (
    (node.kind === 'literal' && (typeof node.value === 'number' || typeof node.value === 'string')) ||
    node.kind === 'text'
  );
}
