/**
 * Tokens to expressions, by precedence climbing. The numbers are Pebble's (CoreExtension, ExpressionParser): a filter
 * binds tighter than arithmetic and looser than `~` and `??`; a ternary binds loosest; `not` binds tightest.
 */
import { double } from '../model/value.ts';
import { SyntaxFault } from './expression-error.ts';
import type { Arguments, BinaryOperator, Expression, Invocation, UnaryOperator } from './syntax-tree.ts';
import type { TokenStream } from './token-stream.ts';

/** Binary operators; a higher number binds tighter. */
export const precedences: ReadonlyMap<string, number> = new Map([
  ['or', 10],
  ['and', 15],
  ['is', 20],
  ['is not', 20],
  ['contains', 20],
  ['==', 30],
  ['equals', 30],
  ['!=', 30],
  ['>', 30],
  ['<', 30],
  ['>=', 30],
  ['<=', 30],
  ['+', 40],
  ['-', 40],
  ['*', 60],
  ['/', 60],
  ['%', 60],
  ['|', 100],
  ['~', 110],
  ['..', 120],
  ['isIn', 120],
  ['??', 120],
  ['???', 120],
]);
const unaryOperators: ReadonlySet<string> = new Set(['not', '+', '-']);
const unaryPrecedence = 500;
const constants: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['TRUE', true],
  ['false', false],
  ['FALSE', false],
  ['null', null],
  ['NULL', null],
  ['none', null],
  ['NONE', null],
]);
const reserved: ReadonlySet<string> = new Set(['true', 'false', 'null', 'none']);

/** Brackets and operators within each other. Real templates have fewer than ten; the JavaScript stack allows some 2,000. */
const maxNesting = 200;

/** A chain such as `a ~ b ~ c …` is as high as it is long; compiled, each level is one JavaScript call. */
const maxHeight = 1000;

export class ExpressionParser {
  readonly stream: TokenStream;
  #nesting = 0;
  /** Levels of what was read so far of the expression that is being read. */
  #height = 0;

  constructor(stream: TokenStream) {
    this.stream = stream;
  }

  /** @throws SyntaxFault */
  parse(minPrecedence = 0): Expression {
    if (++this.#nesting > maxNesting) {
      throw new SyntaxFault(`The expression is nested more than ${maxNesting} levels deep.`, this.stream.current.at);
    }
    const aside = this.#height;
    this.#height = 0;
    let expression = this.#operand();
    while (true) {
      const { type, value, at } = this.stream.current;
      const precedence = type === 'operator' ? precedences.get(value) : undefined;
      if (precedence === undefined || precedence < minPrecedence) break;
      this.stream.take();
      expression = this.#operation(expression, value, precedence, at);
      this.#grow(at);
    }
    if (minPrecedence === 0) expression = this.#ternary(expression);
    this.#nesting--;
    this.#height = Math.max(aside, this.#height);
    return expression;
  }

  /** One level more, around all that was read of this expression. */
  #grow(at: number): void {
    if (++this.#height > maxHeight) throw new SyntaxFault(`The expression has more than ${maxHeight} levels.`, at);
  }

  /** Filters around what `read` gives. */
  filtered(filters: readonly Invocation[], read: () => Expression): Expression {
    const aside = this.#height;
    this.#height = 0;
    let expression = read();
    for (const filter of filters) {
      expression = { kind: 'filter', input: expression, filter, at: filter.at };
      this.#grow(filter.at);
    }
    this.#height = Math.max(aside, this.#height);
    return expression;
  }

  #operation(left: Expression, operator: string, precedence: number, at: number): Expression {
    switch (operator) {
      case '|':
        return { kind: 'filter', input: left, filter: this.invocation(), at };
      case 'is':
      case 'is not':
        return { kind: 'test', input: left, test: this.invocation(), negated: operator === 'is not', at };
      default: {
        const name = (operator === 'equals' ? '==' : operator) as BinaryOperator;
        return { kind: 'binary', operator: name, left, right: this.parse(precedence + 1), at };
      }
    }
  }

  #operand(): Expression {
    const { stream } = this;
    const { type, value, at } = stream.current;
    this.#grow(at);
    if (type === 'operator' && unaryOperators.has(value)) {
      stream.take();
      return { kind: 'unary', operator: value as UnaryOperator, operand: this.parse(unaryPrecedence), at };
    }
    if (stream.takeIf('punctuation', '(')) {
      const inner = this.parse();
      stream.expect('punctuation', ')');
      return this.#postfix(inner);
    }
    // As in Pebble, a literal list or map cannot be indexed directly.
    if (stream.takeIf('punctuation', '[')) return { kind: 'list', items: this.#items(), at };
    if (stream.takeIf('punctuation', '{')) return { kind: 'map', entries: this.#entries(), at };
    return this.#postfix(this.#simple());
  }

  #simple(): Expression {
    const { stream } = this;
    const { type, value, at } = stream.current;
    switch (type) {
      case 'name': {
        stream.take();
        const constant = constants.get(value);
        if (constant !== undefined) return { kind: 'literal', value: constant, at };
        if (stream.is('punctuation', '(')) return { kind: 'call', name: value, args: this.arguments(), at };
        return { kind: 'variable', name: value, at };
      }
      case 'long':
        stream.take();
        return { kind: 'literal', value: wholeLiteral(value, at), at };
      case 'number':
        stream.take();
        return { kind: 'literal', value: value.includes('.') ? double(Number(value)) : wholeLiteral(value, at), at };
      case 'string':
      case 'interpolation-start':
        return this.#string();
      default:
        throw stream.unexpected();
    }
  }

  #string(): Expression {
    const { stream } = this;
    let result: Expression | undefined;
    let afterText = false;
    while (true) {
      const { at } = stream.current;
      let part: Expression;
      if (stream.is('string') && !afterText) {
        part = { kind: 'literal', value: stream.take().value, at };
        afterText = true;
      } else if (stream.takeIf('interpolation-start')) {
        part = this.parse();
        stream.expect('interpolation-end');
        afterText = false;
      } else {
        break;
      }
      this.#grow(at);
      result = result ? { kind: 'binary', operator: '~', left: result, right: part, at } : part;
    }
    if (!result) throw stream.unexpected();
    return result;
  }

  #postfix(start: Expression): Expression {
    const { stream } = this;
    let node = start;
    while (true) {
      const { at } = stream.current;
      if (stream.takeIf('punctuation', '.')) {
        // `contains`, `equals` and the like are operators, but after a dot they can only be names.
        const isWord = stream.is('operator') && /^[a-zA-Z]+$/.test(stream.current.value);
        const token = isWord ? stream.take() : stream.expect('name');
        const name: Expression = { kind: 'literal', value: token.value, at: token.at };
        const args = stream.is('punctuation', '(') ? this.arguments() : undefined;
        if (args && args.named.length > 0) {
          throw new SyntaxFault('Can not use named arguments when calling a method', token.at);
        }
        node = { kind: 'attribute', object: node, name, ...(args && { args: args.positional }), at: token.at };
      } else if (stream.takeIf('punctuation', '[')) {
        const name = this.parse();
        stream.expect('punctuation', ']');
        node = { kind: 'attribute', object: node, name, at };
      } else {
        return node;
      }
      this.#grow(at);
    }
  }

  #ternary(condition: Expression): Expression {
    const { at } = this.stream.current;
    if (!this.stream.takeIf('punctuation', '?')) return condition;
    const then = this.parse();
    this.stream.expect('punctuation', ':');
    return { kind: 'ternary', condition, then, otherwise: this.parse(), at };
  }

  #items(): Expression[] {
    const items: Expression[] = [];
    if (this.stream.takeIf('punctuation', ']')) return items;
    while (true) {
      items.push(this.parse());
      if (this.stream.takeIf('punctuation', ']')) return items;
      this.stream.expect('punctuation', ',');
    }
  }

  #entries(): [Expression, Expression][] {
    const entries: [Expression, Expression][] = [];
    if (this.stream.takeIf('punctuation', '}')) return entries;
    while (true) {
      const key = this.parse();
      this.stream.expect('punctuation', ':');
      entries.push([key, this.parse()]);
      if (this.stream.takeIf('punctuation', '}')) return entries;
      this.stream.expect('punctuation', ',');
    }
  }

  /** A filter or test: its name and what is in its parentheses, if any. */
  invocation(): Invocation {
    const { value: name, at } = this.stream.expect('name');
    const args = this.stream.is('punctuation', '(') ? this.arguments() : { positional: [], named: [] };
    return { name, args, at };
  }

  arguments(): Arguments {
    const { stream } = this;
    const positional: Expression[] = [];
    const named: { name: string; value: Expression }[] = [];
    stream.expect('punctuation', '(');
    while (!stream.takeIf('punctuation', ')')) {
      if (positional.length + named.length > 0) stream.expect('punctuation', ',');
      const { at } = stream.current;
      const next = stream.peek();
      if (next.type === 'punctuation' && next.value === '=') {
        const name = this.newName();
        stream.expect('punctuation', '=');
        named.push({ name, value: this.parse() });
      } else {
        if (named.length > 0) {
          throw new SyntaxFault('Positional arguments must be declared before any named arguments.', at);
        }
        positional.push(this.parse());
      }
    }
    return { positional, named };
  }

  /** A name that can be given a value. */
  newName(): string {
    const { value, at } = this.stream.expect('name');
    if (reserved.has(value)) throw new SyntaxFault(`Can not assign a value to ${value}`, at);
    return value;
  }
}

function wholeLiteral(text: string, at: number): bigint {
  const value = BigInt(text);
  if (BigInt.asIntN(64, value) !== value) throw new SyntaxFault(`The number ${text} does not fit into 64 bits.`, at);
  return value;
}
