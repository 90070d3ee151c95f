/** The syntax tree of a jq program. */
import type { Position } from '../../model/flow.ts';
import type { Value } from '../../model/value.ts';
import type { ArithmeticOperator } from './arithmetic.ts';

export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type UpdateOperator = '=' | '|=' | '//=' | '+=' | '-=' | '*=' | '/=' | '%=';

export type Node =
  | { readonly kind: 'identity' }
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'text'; readonly format: string; readonly parts: readonly (string | Node)[] }
  | { readonly kind: 'format'; readonly name: string; readonly position: Position }
  | { readonly kind: 'index'; readonly target: Node; readonly key: Node }
  | { readonly kind: 'slice'; readonly target: Node; readonly from: Node | undefined; readonly to: Node | undefined }
  | { readonly kind: 'iterate'; readonly target: Node }
  | { readonly kind: 'try'; readonly body: Node; readonly handler: Node | undefined }
  | { readonly kind: 'array'; readonly body: Node | undefined }
  | { readonly kind: 'object'; readonly entries: readonly { readonly key: Node; readonly value: Node }[] }
  | { readonly kind: 'negate'; readonly body: Node }
  | Pair
  | {
      readonly kind: 'binary';
      readonly operator: ArithmeticOperator | ComparisonOperator;
      readonly left: Node;
      readonly right: Node;
    }
  | { readonly kind: 'update'; readonly operator: UpdateOperator; readonly left: Node; readonly right: Node }
  | { readonly kind: 'if'; readonly condition: Node; readonly then: Node; readonly otherwise: Node | undefined }
  | {
      readonly kind: 'reduce' | 'foreach';
      readonly source: Node;
      readonly patterns: readonly Pattern[];
      readonly start: Node;
      readonly update: Node;
      readonly extract: Node | undefined;
    }
  | { readonly kind: 'define'; readonly definition: Definition; readonly rest: Node }
  | { readonly kind: 'bind'; readonly source: Node; readonly patterns: readonly Pattern[]; readonly body: Node }
  | { readonly kind: 'label'; readonly name: string; readonly body: Node }
  | Named
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Node[]; readonly position: Position };

export interface Pair {
  readonly kind: 'pipe' | 'comma' | 'and' | 'or' | 'alternative';
  readonly left: Node;
  readonly right: Node;
}

export interface Named {
  readonly kind: 'break' | 'variable';
  readonly name: string;
  readonly position: Position;
}

export interface Definition {
  readonly name: string;
  /** A parameter with `$` is a value, which is a function of that name too. */
  readonly parameters: readonly string[];
  readonly body: Node;
}

/** What `as` binds: `$x`, `[$a, $b]`, `{a: $x, $b, (e): $c}`. */
export type Pattern =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'array'; readonly items: readonly Pattern[] }
  | {
      readonly kind: 'object';
      readonly entries: readonly {
        readonly key: Node;
        /** `$b` and `$b: pattern` bind the value itself. */
        readonly variable: string | undefined;
        readonly pattern: Pattern | undefined;
      }[];
    };

/** The names that a pattern binds, in order, each once. */
export function variablesOf(pattern: Pattern): string[] {
  switch (pattern.kind) {
    case 'variable':
      return [pattern.name];
    case 'array':
      return [...new Set(pattern.items.flatMap(variablesOf))];
    case 'object': {
      const names = pattern.entries.flatMap(({ variable, pattern: inner }) => [
        ...(variable === undefined ? [] : [variable]),
        ...(inner ? variablesOf(inner) : []),
      ]);
      return [...new Set(names)];
    }
  }
}
