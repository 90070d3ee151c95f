/** Lists, objects and texts that a program builds. */
import type { Value } from '../../model/value.ts';
import { formatText } from './builtins/formats.ts';
import { compile } from './compile.ts';
import { raise } from './jq-error.ts';
import { excerpt, interpolatedText } from './json-text.ts';
import { kindOf, setOwn } from './kinds.ts';
import { computed, type Filter, single } from './run.ts';
import type { Scope } from './scope.ts';
import type { Node } from './syntax.ts';

export function compileText(node: Extract<Node, { kind: 'text' }>, scope: Scope): Filter {
  const format = node.format === '@text' ? interpolatedText : formatText(node.format, undefined);
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

export function compileArray(body: Node | undefined, scope: Scope): Filter {
  if (!body) return single(() => []);
  const filter = compile(body, scope);
  return single((env, input) => {
    const list: Value[] = [];
    filter(env, input, undefined, value => {
      env.run.step();
      list.push(value);
    });
    return list;
  });
}

export function compileObject(node: Extract<Node, { kind: 'object' }>, scope: Scope): Filter {
  const entries = node.entries.map(({ key, value }) => ({ key: compile(key, scope), value: compile(value, scope) }));
  const directs = entries.flatMap(({ key, value }) =>
    key.direct && value.direct ? { key: key.direct, value: value.direct } : [],
  );
  if (directs.length === entries.length) {
    return single((env, input) => {
      env.run.step();
      const map: Record<string, Value> = {};
      for (const { key, value } of directs) setOwn(map, keyText(key(env, input)), value(env, input));
      return map;
    });
  }
  return (env, input, trail, emit) => {
    const fill = (index: number, pairs: readonly (readonly [string, Value])[]): void => {
      const entry = entries[index];
      if (!entry) {
        env.run.step();
        const map: Record<string, Value> = {};
        for (const [key, value] of pairs) setOwn(map, key, value);
        emit(map, computed(trail));
        return;
      }
      entry.key(env, input, undefined, key => {
        const name = keyText(key);
        entry.value(env, input, undefined, value => fill(index + 1, [...pairs, [name, value]]));
      });
    };
    fill(0, []);
  };
}

function keyText(key: Value): string {
  return typeof key === 'string' ? key : raise(`Cannot use ${kindOf(key)} (${excerpt(key)}) as object key`);
}
