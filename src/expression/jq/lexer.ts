/** A jq program's text as tokens. */
import type { Position } from '../../model/flow.ts';
import { double, type Real } from '../../model/value.ts';
import { JqError } from './jq-error.ts';

export type Token = { readonly position: Position } & (
  | { readonly kind: 'name' | 'field' | 'variable' | 'format' | 'operator' | 'end'; readonly text: string }
  | { readonly kind: 'number'; readonly value: number | Real }
  /** `\(…)` inside a text is tokens of its own. */
  | { readonly kind: 'text'; readonly parts: readonly (string | readonly Token[])[] }
);

const blank = /(?:[ \t\r\n]|#[^\n]*)+/y;
const numberShape = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const nameShape = /[A-Za-z_][A-Za-z0-9_]*(?:::[A-Za-z_][A-Za-z0-9_]*)*/y;
const fieldShape = /\.[A-Za-z_][A-Za-z0-9_]*/y;
const variableShape = /\$[ \t]*[A-Za-z_][A-Za-z0-9_]*(?:::[A-Za-z_][A-Za-z0-9_]*)*/y;
const formatShape = /@[A-Za-z0-9_]+/y;
const operatorShape = /\?\/\/=?|\/\/=|\/\/|\|=|\+=|-=|\*=|\/=|%=|==|!=|<=|>=|\.\.|[.[\](){}|,:;=<>+\-*/%?]/y;

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** @throws JqError with the position of what is no token. */
export function tokenize(source: string): Token[] {
  return new Lexer(source).tokens(false);
}

class Lexer {
  private at = 0;
  private readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  /** To the end of the source, or to the parenthesis that closes an interpolation. */
  tokens(nested: boolean): Token[] {
    const tokens: Token[] = [];
    let open = 0;
    for (;;) {
      this.match(blank);
      const position = this.position();
      if (this.at >= this.source.length) {
        if (nested) throw new JqError('an interpolation \\( is not closed', position);
        tokens.push({ kind: 'end', text: 'the end', position });
        return tokens;
      }
      const token = this.next(position);
      if (token.kind === 'operator' && token.text === '(') open += 1;
      if (token.kind === 'operator' && token.text === ')') {
        if (nested && open === 0) return [...tokens, { kind: 'end', text: 'the end of \\(…)', position }];
        open -= 1;
      }
      tokens.push(token);
    }
  }

  private next(position: Position): Token {
    if (this.source[this.at] === '"') return { kind: 'text', parts: this.text(), position };
    const number = this.match(numberShape);
    if (number !== undefined) {
      const value = /[.eE]/.test(number) ? double(Number(number)) : Number(number);
      return { kind: 'number', value, position };
    }
    const field = this.match(fieldShape);
    if (field !== undefined) return { kind: 'field', text: field.slice(1), position };
    const variable = this.match(variableShape);
    if (variable !== undefined) return { kind: 'variable', text: variable.slice(1).trimStart(), position };
    const name = this.match(nameShape);
    if (name !== undefined) return { kind: 'name', text: name, position };
    const format = this.match(formatShape);
    if (format !== undefined) return { kind: 'format', text: format, position };
    const operator = this.match(operatorShape);
    if (operator !== undefined) return { kind: 'operator', text: operator, position };
    throw new JqError(`unexpected character ${JSON.stringify(this.source[this.at])}`, position);
  }

  private text(): (string | Token[])[] {
    const start = this.position();
    const parts: (string | Token[])[] = [];
    let text = '';
    this.at += 1;
    for (;;) {
      const character = this.source[this.at];
      if (character === undefined) throw new JqError('a text is not closed: a " is missing', start);
      if (character === '"') {
        this.at += 1;
        parts.push(text);
        return parts;
      }
      if (character !== '\\') {
        text += character;
        this.at += 1;
      } else if (this.source[this.at + 1] === '(') {
        parts.push(text);
        text = '';
        this.at += 2;
        parts.push(this.tokens(true));
      } else text += this.escape();
    }
  }

  private escape(): string {
    const letter = this.source[this.at + 1] ?? '';
    if (letter === 'u') {
      const digits = /^[0-9a-fA-F]{4}/.exec(this.source.slice(this.at + 2, this.at + 6))?.[0];
      if (digits === undefined) throw new JqError('\\u needs four hexadecimal digits', this.position());
      this.at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const character = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined;
    if (character === undefined) throw new JqError(`\\${letter} is no escape of jq`, this.position());
    this.at += 2;
    return character;
  }

  private match(shape: RegExp): string | undefined {
    shape.lastIndex = this.at;
    const text = shape.exec(this.source)?.[0];
    if (text !== undefined) this.at += text.length;
    return text;
  }

  private position(): Position {
    const before = this.source.slice(0, this.at);
    const line = before.split('\n').length;
    return { line, column: this.at - before.lastIndexOf('\n') };
  }
}
