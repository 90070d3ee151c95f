/** Which names a program can see at each place, and how many links up the environment they are. */
import type { Env, Filter } from './run.ts';

/** `at`: the position of the name's link in the environment, counted from its root. */
export type Entry =
  | { readonly kind: 'variable' | 'argument' | 'label'; readonly name: string; readonly at: number }
  | {
      readonly kind: 'function';
      readonly name: string;
      readonly arity: number;
      /** The length of the environment where it was defined. */
      readonly at: number;
      /** Set once its body is compiled, which may call it. */
      filter: Filter | undefined;
    };

/** Names in a chain, the newest first. `depth` is the length of the environment. */
export interface Scope {
  readonly depth: number;
  readonly entry: Entry | undefined;
  readonly up: Scope | undefined;
}

export const emptyScope: Scope = { depth: 0, entry: undefined, up: undefined };

/** A name with a link of its own in the environment. */
export function withName(scope: Scope, kind: 'variable' | 'argument' | 'label', name: string): Scope {
  const at = scope.depth + 1;
  return { depth: at, entry: { kind, name, at }, up: scope };
}

export function withFunction(scope: Scope, entry: Extract<Entry, { kind: 'function' }>): Scope {
  return { depth: scope.depth, entry, up: scope };
}

export function find(scope: Scope, matches: (entry: Entry) => boolean): Entry | undefined {
  for (let at: Scope | undefined = scope; at; at = at.up) if (at.entry && matches(at.entry)) return at.entry;
  return undefined;
}

export function climb(env: Env, links: number): Env {
  let at = env;
  for (let left = links; left > 0 && at.up; left -= 1) at = at.up;
  return at;
}
