/**
 * Text to tokens, by the rules of Pebble's lexer (https://pebbletemplates.io): `{{ }}` prints, `{% %}` executes,
 * `{# #}` is a comment, a dash beside a delimiter trims white space, `"#{…}"` interpolates.
 */
import { SyntaxFault } from './expression-error.ts';

export type TokenType =
  | 'text'
  | 'print-start'
  | 'print-end'
  | 'execute-start'
  | 'execute-end'
  | 'name'
  | 'operator'
  | 'punctuation'
  | 'number'
  | 'long'
  | 'string'
  | 'interpolation-start'
  | 'interpolation-end'
  | 'end';

export interface Token {
  readonly type: TokenType;
  readonly value: string;
  /** In characters from the start of the template. */
  readonly at: number;
}

const startDelimiter = /\{\{|\{%|\{#/g;
const leadingTrim = /-\s+/y;
const printEnd = /\s*(-?)\}\}/y;
const executeEnd = /\s*(-?)%\}/y;
const verbatimStart = /\s*verbatim\s*-?%\}/y;
const verbatimEnd = /\{%(-)?\s*endverbatim\s*(-)?%\}/g;
const whitespace = /\s+/y;
const operators =
  /(?:is not|contains|equals|isIn|and|not|is|or)(?![a-zA-Z0-9_])|\?\?\??|==|!=|>=|<=|\.\.|[><+\-*/%|~]/y;
const identifier = /[\p{L}_][\p{L}\p{Nd}_]*/uy;
const long = /[0-9]+L/y;
const number = /[0-9]+(?:\.[0-9]+)?/y;
const plainString = /"([^#"\\]*(?:\\.[^#"\\]*)*)"|'([^'\\]*(?:\\.[^'\\]*)*)'/sy;
const stringPart = /[^#"\\]*(?:(?:\\.|#(?!\{))[^#"\\]*)*/sy;
const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** @throws SyntaxFault */
export function tokenize(text: string): Token[] {
  return new Lexer(text).run();
}

class Lexer {
  readonly text: string;
  readonly tokens: Token[] = [];
  at = 0;
  /** Open brackets of the expression being read; a `"` is a string with interpolation. */
  brackets: { bracket: string; at: number }[] = [];
  trimNext = false;

  constructor(text: string) {
    this.text = text;
  }

  run(): Token[] {
    while (this.at < this.text.length) this.data();
    this.push('end', '', this.text.length);
    return this.tokens;
  }

  push(type: TokenType, value: string, at: number): void {
    this.tokens.push({ type, value, at });
  }

  /** Matches a sticky expression here and moves behind it. */
  take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text);
    if (match) this.at = pattern.lastIndex;
    return match;
  }

  data(): void {
    startDelimiter.lastIndex = this.at;
    const match = startDelimiter.exec(this.text);
    const start = this.at;
    const end = match ? match.index : this.text.length;
    let text = this.text.slice(start, end);
    this.at = end;
    if (this.trimNext) {
      text = text.trimStart();
      this.trimNext = false;
    }
    if (!match) {
      if (text !== '') this.push('text', text, start);
      return;
    }
    this.at += 2;
    if (this.take(leadingTrim)) text = text.trimEnd();
    if (text !== '') this.push('text', text, start);
    if (match[0] === '{#') this.comment(end);
    else if (match[0] === '{{') this.expression('print', end);
    else if (!this.verbatim(end)) this.expression('execute', end);
  }

  comment(start: number): void {
    const end = this.text.indexOf('#}', this.at);
    if (end < 0) throw new SyntaxFault('Unclosed comment.', start);
    this.trimNext = this.text[end - 1] === '-' && /\s/.test(this.text[end - 2] ?? '');
    this.at = end + 2;
  }

  verbatim(start: number): boolean {
    if (!this.take(verbatimStart)) return false;
    verbatimEnd.lastIndex = this.at;
    const end = verbatimEnd.exec(this.text);
    if (!end) throw new SyntaxFault('Unclosed verbatim tag.', start);
    // Pebble trims the start of the text whether or not a dash asks for it.
    let text = this.text.slice(this.at, end.index).trimStart();
    if (end[1]) text = text.trimEnd();
    this.trimNext = end[2] !== undefined;
    if (text !== '') this.push('text', text, this.at);
    this.at = verbatimEnd.lastIndex;
    return true;
  }

  expression(kind: 'print' | 'execute', start: number): void {
    const close = kind === 'print' ? printEnd : executeEnd;
    this.push(`${kind}-start`, kind === 'print' ? '{{' : '{%', start);
    this.brackets = [];
    while (true) {
      if (this.brackets.length === 0) {
        const end = this.take(close);
        if (end) {
          this.trimNext = end[1] === '-';
          this.push(`${kind}-end`, kind === 'print' ? '}}' : '%}', this.at - 2);
          return;
        }
      }
      this.take(whitespace);
      if (this.at >= this.text.length) break;
      this.token();
    }
    const open = this.brackets.at(-1);
    if (open) throw new SyntaxFault(`Unclosed "${open.bracket}"`, open.at);
  }

  token(): void {
    const start = this.at;
    const match = (pattern: RegExp, type: TokenType, length?: number): boolean => {
      const found = this.take(pattern);
      if (found) this.push(type, found[0].slice(0, length), start);
      return found !== null;
    };
    if (match(operators, 'operator') || match(identifier, 'name')) return;
    if (match(long, 'long', -1) || match(number, 'number')) return;
    const character = this.text[start] ?? '';
    if ('()[]{}?:.,='.includes(character)) this.punctuation(character);
    else if (character === '"' || character === "'") this.string();
    else throw new SyntaxFault(`Unexpected character [${character}]`, start);
  }

  punctuation(character: string): void {
    const top = this.brackets.at(-1);
    if ('([{'.includes(character)) {
      this.brackets.push({ bracket: character, at: this.at });
    } else if (character === '}' && top?.bracket === '"') {
      this.brackets.pop();
      this.push('interpolation-end', '}', this.at++);
      this.interpolated(top.at);
      return;
    } else if (')]}'.includes(character)) {
      if (!top) throw new SyntaxFault(`Unexpected "${character}"`, this.at);
      if (closers[top.bracket] !== character) throw new SyntaxFault(`Unclosed "${closers[top.bracket]}"`, top.at);
      this.brackets.pop();
    }
    this.push('punctuation', character, this.at++);
  }

  string(): void {
    const start = this.at;
    const plain = this.take(plainString);
    if (plain) {
      const [, double, single] = plain;
      this.push('string', double?.replaceAll('\\"', '"') ?? single?.replaceAll("\\'", "'") ?? '', start);
      return;
    }
    if (this.text[start] === "'") throw new SyntaxFault('Unclosed "\'"', start);
    this.at++;
    this.interpolated(start);
  }

  /** The rest of a double-quoted string, up to its end or the next `#{`. */
  interpolated(start: number): void {
    const from = this.at;
    const part = this.take(stringPart)?.[0] ?? '';
    if (part !== '') this.push('string', part.replaceAll('\\"', '"'), from);
    if (this.text.startsWith('#{', this.at)) {
      this.push('interpolation-start', '#{', this.at);
      this.brackets.push({ bracket: '"', at: start });
      this.at += 2;
    } else if (this.text[this.at] === '"') {
      this.at++;
    } else {
      throw new SyntaxFault('Unclosed """', start);
    }
  }
}
