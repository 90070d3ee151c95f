/** Names: variables, labels, functions and their arguments, builtins. */
import type { Value } from '../../model/value.ts';
import type { ValueFunction } from './builtins/builtin.ts';
import { type Builtin, findBuiltin } from './builtins/registry.ts';
import { compile } from './compile.ts';
import { JqError } from './jq-error.ts';
import { parse } from './parser.ts';
import { BreakTarget, bind, type Closure, computed, type Emit, type Env, type Filter, single } from './run.ts';
import { climb, emptyScope, find, type Scope, withFunction, withName } from './scope.ts';
import type { Definition, Named, Node } from './syntax.ts';

export function compileLabel(node: Extract<Node, { kind: 'label' }>, scope: Scope): Filter {
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

export function compileBreak(node: Named, scope: Scope): Filter {
  const entry = find(scope, e => e.kind === 'label' && e.name === node.name);
  if (!entry) throw new JqError(`$*label-${node.name} is not defined`, node.position);
  const links = scope.depth - entry.at;
  return env => {
    throw climb(env, links).content;
  };
}

export function compileVariable(node: Named, scope: Scope): Filter {
  const entry = find(scope, e => e.kind === 'variable' && e.name === node.name);
  if (!entry) {
    if (node.name === 'ENV')
      throw new JqError("'$ENV' is not supported: a program cannot see the environment", node.position);
    throw new JqError(`$${node.name} is not defined`, node.position);
  }
  const links = scope.depth - entry.at;
  return single(env => climb(env, links).content as Value);
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

export function compileCall(node: Extract<Node, { kind: 'call' }>, scope: Scope): Filter {
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
      return compileValueFunction(builtin.apply, filters);
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

function compileValueFunction(apply: ValueFunction, filters: readonly Filter[]): Filter {
  const charge = (env: Env, input: Value) => env.run.step(typeof input === 'string' ? 1 + input.length / 64 : 1);
  const directs = filters.flatMap(filter => filter.direct ?? []);
  if (directs.length === filters.length) {
    return single((env, input) => {
      charge(env, input);
      const args = directs.map(direct => direct(env, input));
      return apply(input, args, env.run);
    });
  }
  return (env, input, trail, emit) => {
    charge(env, input);
    // The last argument varies slowest, as for the functions that jq has in C.
    const fill = (index: number, values: readonly Value[]): void => {
      const filter = filters[index];
      if (!filter) emit(apply(input, values, env.run), computed(trail));
      else filter(env, input, undefined, value => fill(index - 1, [value, ...values]));
    };
    fill(filters.length - 1, []);
  };
}
