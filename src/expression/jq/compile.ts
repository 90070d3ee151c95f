/** A syntax tree to a function that pushes outputs: names are resolved once, before anything runs. */
import type { Value } from '../../model/value.ts';
import { calculate, numeric } from './arithmetic.ts';
import { formatText } from './builtins/formats.ts';
import { compileIndex, compileIterate, compileSlice } from './compile-access.ts';
import { compileBind, compileFold } from './compile-binding.ts';
import { compileArray, compileObject, compileText } from './compile-construct.ts';
import { compileBreak, compileCall, compileDefinition, compileLabel, compileVariable } from './compile-names.ts';
import { compileUpdate } from './compile-update.ts';
import { Raised, raise } from './jq-error.ts';
import { compare, described, equal, isTrue, numberOf } from './kinds.ts';
import { computed, type Direct, type Env, type Filter, single, withDirect } from './run.ts';
import type { Scope } from './scope.ts';
import type { ComparisonOperator, Node, Pair } from './syntax.ts';

/** @throws JqError for a name that is not defined, or not supported. */
export function compile(node: Node, scope: Scope): Filter {
  switch (node.kind) {
    case 'identity':
      return withDirect(
        (_env, input, trail, emit) => emit(input, trail),
        (_env, input) => input,
      );
    case 'literal':
      return single(() => node.value);
    case 'text':
      return compileText(node, scope);
    case 'format': {
      const format = formatText(node.name, node.position);
      return single((env, input) => env.run.text(format(input)));
    }
    case 'index':
      return compileIndex(node, scope);
    case 'slice':
      return compileSlice(node, scope);
    case 'iterate':
      return compileIterate(node, scope);
    case 'try':
      return compileTry(node, scope);
    case 'array':
      return compileArray(node.body, scope);
    case 'object':
      return compileObject(node, scope);
    case 'negate':
      return compileNegate(node.body, scope);
    case 'pipe':
      return compilePipe(node, scope);
    case 'comma': {
      const left = compile(node.left, scope);
      const right = compile(node.right, scope);
      return (env, input, trail, emit) => {
        left(env, input, trail, emit);
        right(env, input, trail, emit);
      };
    }
    case 'and':
    case 'or':
      return compileLogic(node, scope);
    case 'alternative':
      return compileAlternative(node, scope);
    case 'binary':
      return compileBinary(node, scope);
    case 'update':
      return compileUpdate(node, scope);
    case 'if':
      return compileIf(node, scope);
    case 'reduce':
    case 'foreach':
      return compileFold(node, scope);
    case 'define': {
      const { scope: inner } = compileDefinition(node.definition, scope);
      return compile(node.rest, inner);
    }
    case 'bind':
      return compileBind(node, scope);
    case 'label':
      return compileLabel(node, scope);
    case 'break':
      return compileBreak(node, scope);
    case 'variable':
      return compileVariable(node, scope);
    case 'call':
      return compileCall(node, scope);
  }
}

function compilePipe(node: Pair, scope: Scope): Filter {
  const left = compile(node.left, scope);
  const right = compile(node.right, scope);
  const filter: Filter = (env, input, trail, emit) =>
    left(env, input, trail, (value, at) => right(env, value, at, emit));
  const first = left.direct;
  if (!first) return filter;
  const second = right.direct;
  if (second) return withDirect(filter, (env, input) => second(env, first(env, input)));
  return (env, input, trail, emit) => {
    if (trail === undefined) right(env, first(env, input), undefined, emit);
    else filter(env, input, trail, emit);
  };
}

function compileTry(node: Extract<Node, { kind: 'try' }>, scope: Scope): Filter {
  const body = compile(node.body, scope);
  const handler = node.handler && compile(node.handler, scope);
  return (env, input, trail, emit) => {
    // Errors of what follows the `try` pass through it: only the body's are caught.
    let following = false;
    try {
      body(env, input, trail, (value, at) => {
        following = true;
        emit(value, at);
        following = false;
      });
    } catch (error) {
      if (following || !(error instanceof Raised)) throw error;
      env.run.step();
      handler?.(env, error.value, computed(trail), emit);
    }
  };
}

function compileNegate(body: Node, scope: Scope): Filter {
  const filter = compile(body, scope);
  return (env, input, trail, emit) =>
    filter(env, input, undefined, value => {
      const number = numberOf(value);
      if (number === undefined) return raise(`${described(value)} cannot be negated`);
      emit(numeric(0 - number), computed(trail));
    });
}

function compileLogic(node: Pair, scope: Scope): Filter {
  const left = compile(node.left, scope);
  const right = compile(node.right, scope);
  const decisive = node.kind === 'or';
  const one = left.direct;
  const other = right.direct;
  const direct: Direct | undefined =
    one && other && ((env, input) => (isTrue(one(env, input)) === decisive ? decisive : isTrue(other(env, input))));
  const filter: Filter = (env, input, trail, emit) =>
    left(env, input, undefined, first => {
      if (isTrue(first) === decisive) return emit(decisive, computed(trail));
      right(env, input, undefined, second => emit(isTrue(second), computed(trail)));
    });
  return withDirect(filter, direct);
}

/** The true outputs of the left side, whose errors count as no output; the right side where there are none. */
function compileAlternative(node: Pair, scope: Scope): Filter {
  const left = compile(node.left, scope);
  const right = compile(node.right, scope);
  return (env, input, trail, emit) => {
    let found = false;
    let following = false;
    try {
      left(env, input, trail, (value, at) => {
        if (!isTrue(value)) return;
        found = true;
        following = true;
        emit(value, at);
        following = false;
      });
    } catch (error) {
      if (following || !(error instanceof Raised)) throw error;
    }
    if (!found) right(env, input, trail, emit);
  };
}

const comparisons: Readonly<Record<ComparisonOperator, (left: Value, right: Value, env: Env) => boolean>> = {
  '==': (left, right, env) => equal(left, right, env.run),
  '!=': (left, right, env) => !equal(left, right, env.run),
  '<': (left, right, env) => compare(left, right, env.run) < 0,
  '<=': (left, right, env) => compare(left, right, env.run) <= 0,
  '>': (left, right, env) => compare(left, right, env.run) > 0,
  '>=': (left, right, env) => compare(left, right, env.run) >= 0,
};

function compileBinary(node: Extract<Node, { kind: 'binary' }>, scope: Scope): Filter {
  const left = compile(node.left, scope);
  const right = compile(node.right, scope);
  const { operator } = node;
  const apply = binaryOperation(operator);
  const one = left.direct;
  const other = right.direct;
  const filter: Filter = (env, input, trail, emit) =>
    right(env, input, undefined, second =>
      left(env, input, undefined, first => emit(apply(first, second, env), computed(trail))),
    );
  const direct: Direct | undefined =
    one &&
    other &&
    ((env, input) => {
      const second = other(env, input);
      return apply(one(env, input), second, env);
    });
  return withDirect(filter, direct);
}

function binaryOperation(operator: Extract<Node, { kind: 'binary' }>['operator']) {
  switch (operator) {
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return (left: Value, right: Value, env: Env) => calculate(operator, left, right, env.run);
    default:
      return comparisons[operator];
  }
}

function compileIf(node: Extract<Node, { kind: 'if' }>, scope: Scope): Filter {
  const condition = compile(node.condition, scope);
  const then = compile(node.then, scope);
  const otherwise = compile(node.otherwise ?? { kind: 'identity' }, scope);
  const branch = (holds: Value) => (isTrue(holds) ? then : otherwise);
  const holds = condition.direct;
  if (!holds) {
    return (env, input, trail, emit) =>
      condition(env, input, undefined, value => branch(value)(env, input, trail, emit));
  }
  const yes = then.direct;
  const no = otherwise.direct;
  const filter: Filter = (env, input, trail, emit) => branch(holds(env, input))(env, input, trail, emit);
  const direct: Direct | undefined =
    yes && no && ((env, input) => (isTrue(holds(env, input)) ? yes(env, input) : no(env, input)));
  return withDirect(filter, direct);
}
