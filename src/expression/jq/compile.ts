/** A syntax tree to a function that pushes outputs: names are resolved once, before anything runs. */
import type { Value } from '../../model/value.ts';
import { calculate, numeric } from './arithmetic.ts';
import { formatText } from './builtins/formats.ts';
import { type Builtin, findBuiltin } from './builtins/registry.ts';
import { compileIndex, compileIterate, compileSlice } from './compile-access.ts';
import { compileBind, compileFold } from './compile-binding.ts';
import { compileUpdate } from './compile-update.ts';
import { JqError, Raised, raise } from './jq-error.ts';
import { compare, described, equal, isTrue, numberOf, setOwn } from './kinds.ts';
import { parse } from './parser.ts';
import { BreakTarget, bind, type Closure, computed, type Emit, type Env, type Filter } from './run.ts';
import { climb, emptyScope, find, type Scope, withFunction, withName } from './scope.ts';
import type { ComparisonOperator, Definition, Named, Node, Pair } from './syntax.ts';

/** @throws JqError for a name that is not defined, or not supported. */
export function compile(node: Node, scope: Scope): Filter {
  switch (node.kind) {
    case 'identity':
      return (_env, input, trail, emit) => emit(input, trail);
    case 'literal':
      return (_env, _input, trail, emit) => emit(node.value, computed(trail));
    case 'text':
      return compileText(node, scope);
    case 'format': {
      const format = formatText(node.name, node.position);
      return (env, input, trail, emit) => emit(env.run.text(format(input)), computed(trail));
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
    case 'pipe': {
      const left = compile(node.left, scope);
      const right = compile(node.right, scope);
      return (env, input, trail, emit) => left(env, input, trail, (value, at) => right(env, value, at, emit));
    }
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

function compileText(node: Extract<Node, { kind: 'text' }>, scope: Scope): Filter {
  const format = formatText(node.format, undefined);
  const parts = node.parts.map(part => (typeof part === 'string' ? part : compile(part, scope)));
  // The last interpolation varies slowest, as in jq, where the parts are added up from the right.
  return (env, input, trail, emit) => {
    const fill = (index: number, after: string): void => {
      const part = parts[index];
      if (part === undefined) emit(env.run.text(after), computed(trail));
      else if (typeof part === 'string') fill(index - 1, part + after);
      else part(env, input, undefined, value => fill(index - 1, format(value) + after));
    };
    fill(parts.length - 1, '');
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

function compileArray(body: Node | undefined, scope: Scope): Filter {
  if (!body) return (_env, _input, trail, emit) => emit([], computed(trail));
  const filter = compile(body, scope);
  return (env, input, trail, emit) => {
    const list: Value[] = [];
    filter(env, input, undefined, value => {
      env.run.step();
      list.push(value);
    });
    emit(list, computed(trail));
  };
}

function compileObject(node: Extract<Node, { kind: 'object' }>, scope: Scope): Filter {
  const entries = node.entries.map(({ key, value }) => ({ key: compile(key, scope), value: compile(value, scope) }));
  return (env, input, trail, emit) => {
    const fill = (index: number, pairs: readonly (readonly [string, Value])[]): void => {
      const entry = entries[index];
      if (!entry) {
        env.run.step();
        const map: Record<string, Value> = {};
        for (const [key, value] of pairs) setOwn(map, key, value);
        return emit(map, computed(trail));
      }
      entry.key(env, input, undefined, key => {
        if (typeof key !== 'string') return raise(`Object keys must be strings, not ${described(key)}`);
        entry.value(env, input, undefined, value => fill(index + 1, [...pairs, [key, value]]));
      });
    };
    fill(0, []);
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
  return (env, input, trail, emit) =>
    left(env, input, undefined, first => {
      if (isTrue(first) === decisive) return emit(decisive, computed(trail));
      right(env, input, undefined, second => emit(isTrue(second), computed(trail)));
    });
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

const comparisons: Readonly<Record<ComparisonOperator, (left: Value, right: Value) => boolean>> = {
  '==': equal,
  '!=': (left, right) => !equal(left, right),
  '<': (left, right) => compare(left, right) < 0,
  '<=': (left, right) => compare(left, right) <= 0,
  '>': (left, right) => compare(left, right) > 0,
  '>=': (left, right) => compare(left, right) >= 0,
};

function compileBinary(node: Extract<Node, { kind: 'binary' }>, scope: Scope): Filter {
  const left = compile(node.left, scope);
  const right = compile(node.right, scope);
  const { operator } = node;
  const apply = binaryOperation(operator);
  return (env, input, trail, emit) =>
    right(env, input, undefined, second =>
      left(env, input, undefined, first => emit(apply(first, second, env), computed(trail))),
    );
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
  const otherwise = node.otherwise && compile(node.otherwise, scope);
  return (env, input, trail, emit) =>
    condition(env, input, undefined, value => {
      if (isTrue(value)) then(env, input, trail, emit);
      else if (otherwise) otherwise(env, input, trail, emit);
      else emit(input, trail);
    });
}

function compileLabel(node: Extract<Node, { kind: 'label' }>, scope: Scope): Filter {
  const body = compile(node.body, withName(scope, 'label', node.name));
  return (env, input, trail, emit) => {
    const target = new BreakTarget();
    try {
      body(bind(env, target), input, trail, emit);
    } catch (signal) {
      if (signal !== target) throw signal;
    }
  };
}

function compileBreak(node: Named, scope: Scope): Filter {
  const entry = find(scope, e => e.kind === 'label' && e.name === node.name);
  if (!entry) throw new JqError(`$*label-${node.name} is not defined`, node.position);
  const links = scope.depth - entry.at;
  return env => {
    throw climb(env, links).content;
  };
}

function compileVariable(node: Named, scope: Scope): Filter {
  const entry = find(scope, e => e.kind === 'variable' && e.name === node.name);
  if (!entry) {
    if (node.name === 'ENV')
      throw new JqError("'$ENV' is not supported: a program cannot see the environment", node.position);
    throw new JqError(`$${node.name} is not defined`, node.position);
  }
  const links = scope.depth - entry.at;
  return (env, _input, trail, emit) => emit(climb(env, links).content as Value, computed(trail));
}

/** Defines a function: its scope for what follows, and the filter of its body. */
export function compileDefinition(definition: Definition, scope: Scope): { scope: Scope; filter: Filter } {
  const { name, parameters } = definition;
  const entry = {
    kind: 'function' as const,
    name,
    arity: parameters.length,
    at: scope.depth,
    filter: undefined as Filter | undefined,
  };
  const outer = withFunction(scope, entry);
  const inner = parameters.reduce((s, parameter) => withName(s, 'argument', parameter.replace(/^\$/, '')), outer);
  const body = parameters
    .filter(parameter => parameter.startsWith('$'))
    .reduceRight<Node>((rest, parameter) => {
      const variable = parameter.slice(1);
      const source: Node = { kind: 'call', name: variable, args: [], position: { line: 1, column: 1 } };
      return { kind: 'bind', source, patterns: [{ kind: 'variable', name: variable }], body: rest };
    }, definition.body);
  entry.filter = compile(body, inner);
  return { scope: outer, filter: entry.filter };
}

function compileCall(node: Extract<Node, { kind: 'call' }>, scope: Scope): Filter {
  const { name, args, position } = node;
  const entry = find(scope, e =>
    e.kind === 'function'
      ? e.name === name && e.arity === args.length
      : e.kind === 'argument' && e.name === name && args.length === 0,
  );
  if (entry?.kind === 'argument') {
    const links = scope.depth - entry.at;
    return (env, input, trail, emit) => {
      const { filter, env: own } = climb(env, links).content as Closure;
      filter(own, input, trail, emit);
    };
  }
  const filters = args.map(arg => compile(arg, scope));
  if (entry?.kind === 'function') {
    const links = scope.depth - entry.at;
    return (env, input, trail, emit) => callFunction(entry.filter, climb(env, links), filters, env, input, trail, emit);
  }
  const builtin = findBuiltin(name, args.length, position);
  return compileBuiltin(builtin, filters, scope.depth);
}

function callFunction(
  body: Filter | undefined,
  definedIn: Env,
  filters: readonly Filter[],
  env: Env,
  input: Value,
  trail: Parameters<Filter>[2],
  emit: Emit,
): void {
  env.run.step();
  let frame = definedIn;
  for (const filter of filters) frame = bind(frame, { filter, env });
  body?.(frame, input, trail, emit);
}

const definedBodies = new Map<string, Filter>();

/** Builtins in jq itself see no names but builtins: they are compiled once for all programs. */
function definedBody(source: string): Filter {
  const cached = definedBodies.get(source);
  if (cached) return cached;
  const program = parse(source);
  if (program.kind !== 'define') throw new JqError(`no definition: ${source}`);
  const { filter } = compileDefinition(program.definition, emptyScope);
  definedBodies.set(source, filter);
  return filter;
}

function compileBuiltin(builtin: Builtin, filters: readonly Filter[], depth: number): Filter {
  switch (builtin.kind) {
    case 'value':
      return (env, input, trail, emit) => {
        env.run.step();
        // The last argument varies slowest, as for the functions that jq has in C.
        const fill = (index: number, values: readonly Value[]): void => {
          const filter = filters[index];
          if (!filter) return emit(builtin.apply(input, values, env.run), computed(trail));
          filter(env, input, undefined, value => fill(index - 1, [value, ...values]));
        };
        fill(filters.length - 1, []);
      };
    case 'filter':
      return (env, input, trail, emit) => {
        env.run.step();
        builtin.apply(
          filters.map(filter => ({ filter, env })),
          { input, trail, run: env.run },
          emit,
        );
      };
    case 'defined': {
      const body = definedBody(builtin.source);
      return (env, input, trail, emit) => callFunction(body, climb(env, depth), filters, env, input, trail, emit);
    }
  }
}
