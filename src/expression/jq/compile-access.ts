/** `.a`, `.[e]`, `.[from:to]` and `.[]`: the steps that paths are made of. */
import { isList, isMap, type Value } from '../../model/value.ts';
import { getAt } from './access.ts';
import { compile } from './compile.ts';
import { raise } from './jq-error.ts';
import { excerpt } from './json-text.ts';
import { described } from './kinds.ts';
import { astray, type Emit, type Filter, type Run, type Trail, withDirect } from './run.ts';
import type { Scope } from './scope.ts';
import type { Node } from './syntax.ts';

export function compileIndex(node: Extract<Node, { kind: 'index' }>, scope: Scope): Filter {
  const target = compile(node.target, scope);
  if (node.key.kind === 'literal') {
    const key = node.key.value;
    const of = target.direct;
    return withDirect(
      (env, input, trail, emit) => target(env, input, trail, (value, at) => stepTo(value, key, at, env.run, emit)),
      of && ((env, input) => getAt(of(env, input), key, env.run)),
    );
  }
  const keys = compile(node.key, scope);
  const one = keys.direct;
  const of = target.direct;
  return withDirect(
    (env, input, trail, emit) =>
      keys(env, input, undefined, key =>
        target(env, input, trail, (value, at) => stepTo(value, key, at, env.run, emit)),
      ),
    one &&
      of &&
      ((env, input) => {
        const key = one(env, input);
        return getAt(of(env, input), key, env.run);
      }),
  );
}

export function compileSlice(node: Extract<Node, { kind: 'slice' }>, scope: Scope): Filter {
  const target = compile(node.target, scope);
  const from = compile(node.from ?? { kind: 'literal', value: null }, scope);
  const to = compile(node.to ?? { kind: 'literal', value: null }, scope);
  return (env, input, trail, emit) =>
    from(env, input, undefined, start =>
      to(env, input, undefined, end =>
        target(env, input, trail, (value, at) => stepTo(value, { start, end }, at, env.run, emit)),
      ),
    );
}

export function compileIterate(node: Extract<Node, { kind: 'iterate' }>, scope: Scope): Filter {
  const target = compile(node.target, scope);
  return (env, input, trail, emit) => target(env, input, trail, (value, at) => iterate(value, at, env.run, emit));
}

/** Emits what lies at a key, with the path to it. */
export function stepTo(value: Value, key: Value, trail: Trail | undefined, run: Run, emit: Emit): void {
  if (trail === astray) {
    raise(`Invalid path expression near attempt to access element ${excerpt(key)} of ${excerpt(value)}`);
  }
  emit(getAt(value, key, run), trail && { key, up: trail });
}

/** Emits each item of a list or map. */
export function iterate(value: Value, trail: Trail | undefined, run: Run, emit: Emit): void {
  if (trail === astray) raise(`Invalid path expression near attempt to iterate through ${excerpt(value)}`);
  if (isList(value)) {
    for (let index = 0; index < value.length; index += 1) {
      run.step();
      emit(value[index] ?? null, trail && { key: index, up: trail });
    }
  } else if (isMap(value)) {
    for (const [key, item] of Object.entries(value)) {
      run.step();
      emit(item, trail && { key, up: trail });
    }
  } else raise(`Cannot iterate over ${described(value)}`);
}
