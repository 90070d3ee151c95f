/** `as` with its patterns, and the folds `reduce` and `foreach`, which bind in the same way. */
import { isList, isMap, type Value } from '../../model/value.ts';
import { getAt, type Owned } from './access.ts';
import { compileAccumulator } from './accumulate.ts';
import { compile } from './compile.ts';
import { Raised, raise } from './jq-error.ts';
import { described, kindOf } from './kinds.ts';
import { bind, type Env, type Filter, type Trail } from './run.ts';
import { type Scope, withName } from './scope.ts';
import { type Node, type Pattern, variablesOf } from './syntax.ts';

type Values = ReadonlyMap<string, Value>;

/** Calls `use` for each way in which the pattern binds the value. `input` is `.` for keys that are expressions. */
type Matcher = (env: Env, value: Value, input: Value, bound: Values, use: (bound: Values) => void) => void;

/** A pattern that fits, or the next one where the body or the match raises an error (`?//`). */
type Binder = (env: Env, value: Value, input: Value, use: (env: Env) => void) => void;

export function compileBind(node: Extract<Node, { kind: 'bind' }>, scope: Scope): Filter {
  const source = compile(node.source, scope);
  const { binder, inner } = compilePatterns(node.patterns, scope);
  const body = compile(node.body, inner);
  return (env, input, trail, emit) =>
    source(env, input, undefined, value => binder(env, value, input, frame => body(frame, input, trail, emit)));
}

function compilePatterns(patterns: readonly Pattern[], scope: Scope): { binder: Binder; inner: Scope } {
  const names = [...new Set(patterns.flatMap(variablesOf))];
  const inner = names.reduce((s, name) => withName(s, 'variable', name), scope);
  const [only] = patterns;
  if (patterns.length === 1 && only?.kind === 'variable') {
    return { binder: (env, value, _input, use) => use(bind(env, value)), inner };
  }
  const matchers = patterns.map(pattern => compilePattern(pattern, scope));
  const frameOf = (env: Env, bound: Values) => names.reduce((frame, name) => bind(frame, bound.get(name) ?? null), env);
  const binder: Binder = (env, value, input, use) => {
    for (const [index, matcher] of matchers.entries()) {
      try {
        return matcher(env, value, input, new Map(), bound => use(frameOf(env, bound)));
      } catch (error) {
        if (index === matchers.length - 1 || !(error instanceof Raised)) throw error;
      }
    }
  };
  return { binder, inner };
}

function compilePattern(pattern: Pattern, scope: Scope): Matcher {
  switch (pattern.kind) {
    case 'variable':
      return (_env, value, _input, bound, use) => use(new Map([...bound, [pattern.name, value]]));
    case 'array': {
      const parts = pattern.items.map((item, index) => {
        const inner = compilePattern(item, scope);
        const matcher: Matcher = (env, value, input, bound, use) => {
          if (value !== null && !isList(value)) raise(`Cannot index ${kindOf(value)} with number`);
          inner(env, getAt(value, index, env.run), input, bound, use);
        };
        return matcher;
      });
      return inTurn(parts);
    }
    case 'object':
      return inTurn(pattern.entries.map(entry => compileEntry(entry, scope)));
  }
}

function compileEntry(entry: Extract<Pattern, { kind: 'object' }>['entries'][number], scope: Scope): Matcher {
  const keys = compile(entry.key, scope);
  const inner = entry.pattern && compilePattern(entry.pattern, scope);
  const { variable } = entry;
  return (env, value, input, bound, use) =>
    keys(env, input, undefined, key => {
      if (typeof key !== 'string') return raise(`Cannot index ${kindOf(value)} with ${described(key)}`);
      if (value !== null && !isMap(value)) return raise(`Cannot index ${kindOf(value)} with string "${key}"`);
      const item = getAt(value, key, env.run);
      const next = variable === undefined ? bound : new Map([...bound, [variable, item]]);
      if (inner) inner(env, item, input, next, use);
      else use(next);
    });
}

function inTurn(matchers: readonly Matcher[]): Matcher {
  return (env, value, input, start, use) => {
    const go = (index: number, bound: Values): void => {
      const matcher = matchers[index];
      if (matcher) matcher(env, value, input, bound, next => go(index + 1, next));
      else use(bound);
    };
    go(0, start);
  };
}

export function compileFold(node: Extract<Node, { kind: 'reduce' | 'foreach' }>, scope: Scope): Filter {
  const source = compile(node.source, scope);
  const start = compile(node.start, scope);
  const { binder, inner } = compilePatterns(node.patterns, scope);
  const update = compile(node.update, inner);
  const accumulate = node.kind === 'reduce' ? compileAccumulator(node.update, inner) : undefined;
  const extract = node.extract && compile(node.extract, inner);
  const emitsEach = node.kind === 'foreach';
  return (env, input, trail, emit) =>
    start(env, input, trail, (first, firstTrail) => {
      let state: Value = first;
      let at: Trail | undefined = firstTrail;
      const owned: Owned = new Set();
      source(env, input, undefined, item => {
        env.run.step();
        binder(env, item, input, frame => {
          if (accumulate && at === undefined) {
            state = accumulate(frame, state, owned) ?? null;
            return;
          }
          const before = state;
          const beforeAt = at;
          // jq 1.6: an update without output leaves null for `reduce`; for `foreach` the state stays.
          if (!emitsEach) state = null;
          update(frame, before, beforeAt, (value, newTrail) => {
            state = value;
            at = newTrail;
            if (!emitsEach) return;
            if (extract) extract(frame, value, newTrail, emit);
            else emit(value, newTrail);
          });
        });
      });
      if (!emitsEach) emit(state, at);
    });
}
