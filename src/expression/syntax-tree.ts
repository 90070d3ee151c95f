/** The syntax tree of a template. Every node knows its offset in the template's text. */
import type { Value } from '../model/value.ts';

export type Expression =
  | { readonly kind: 'literal'; readonly value: Value; readonly at: number }
  | { readonly kind: 'variable'; readonly name: string; readonly at: number }
  | {
      readonly kind: 'attribute';
      readonly object: Expression;
      readonly name: Expression;
      /** Undefined without parentheses. */
      readonly args?: readonly Expression[];
      readonly at: number;
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: Arguments; readonly at: number }
  | { readonly kind: 'filter'; readonly input: Expression; readonly filter: Invocation; readonly at: number }
  | {
      readonly kind: 'test';
      readonly input: Expression;
      readonly test: Invocation;
      readonly negated: boolean;
      readonly at: number;
    }
  | { readonly kind: 'unary'; readonly operator: UnaryOperator; readonly operand: Expression; readonly at: number }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
      readonly at: number;
    }
  | {
      readonly kind: 'ternary';
      readonly condition: Expression;
      readonly then: Expression;
      readonly otherwise: Expression;
      readonly at: number;
    }
  | { readonly kind: 'list'; readonly items: readonly Expression[]; readonly at: number }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [Expression, Expression])[]; readonly at: number }
  /** The text that a body gives: the input of a `filter` tag. */
  | { readonly kind: 'body'; readonly body: Body; readonly at: number };

export interface Invocation {
  readonly name: string;
  readonly args: Arguments;
  readonly at: number;
}

export interface Arguments {
  readonly positional: readonly Expression[];
  readonly named: readonly { readonly name: string; readonly value: Expression }[];
}

export type UnaryOperator = 'not' | '+' | '-';

export type BinaryOperator =
  | 'or'
  | 'and'
  | 'contains'
  | 'isIn'
  | '=='
  | '!='
  | '>'
  | '<'
  | '>='
  | '<='
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '~'
  | '..'
  | '??'
  | '???';

export type Body = readonly Statement[];

export type Statement =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'print'; readonly expression: Expression; readonly at: number }
  | {
      readonly kind: 'if';
      readonly branches: readonly { readonly condition: Expression; readonly body: Body }[];
      readonly otherwise?: Body;
      readonly at: number;
    }
  | {
      readonly kind: 'for';
      readonly variable: string;
      readonly iterable: Expression;
      readonly body: Body;
      readonly otherwise?: Body;
      readonly at: number;
    }
  | { readonly kind: 'set'; readonly name: string; readonly value: Expression; readonly at: number }
  | {
      readonly kind: 'macro';
      readonly name: string;
      readonly parameters: readonly { readonly name: string; readonly value?: Expression }[];
      readonly body: Body;
      readonly at: number;
    }
  | { readonly kind: 'block'; readonly name: string; readonly body: Body; readonly at: number };
