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
const verbatimStart = /\s*verbatim\s*-?%\}/y;
const verbatimEnd = /\{%(-)?\s*endverbatim\s*(-)?%\}/g;
const whitespace = /\s+/y;
const wordOperators: ReadonlySet<string> = new Set(['contains', 'equals', 'isIn', 'and', 'not', 'is', 'or']);
const negation = / not(?![a-zA-Z0-9_])/y;
const symbolOperators = /\?\?\??|==|!=|>=|<=|\.\.|[><+\-*/%|~]/y;
const identifier = /[\p{L}_][\p{L}\p{Nd}_]*/uy;
const number = /[0-9]+(?:L|\.[0-9]+)?/y;
const doubleQuoted = /"([^#"\\]*(?:\\.[^#"\\]*)*)"/sy;
const singleQuoted = /'([^'\\]*(?:\\.[^'\\]*)*)'/sy;
const stringPart = /[^#"\\]*(?:(?:\\.|#(?!\{))[^#"\\]*)*/sy;
const closers: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/**
 * Gives the tokens one by one. A list of all would live until the template is compiled: for 1 MB of expressions copying
 * it from one heap to the next took more than half of the time. Letters, digits and spaces of ASCII are compared, not
 * matched: a regular expression for each token took as long as all the rest.
 */
export class Lexer {
  readonly text: string;
  at = 0;
  /** Read and not given yet: those between `given` and `read`. Places are used again, for no array grows again. */
  readonly ready: Token[] = [];
  read = 0;
  given = 0;
  /** What is being read: an expression, up to its end. */
  inside: 'print' | 'execute' | undefined;
  /** Open brackets of the expression being read; a `"` is a string with interpolation. */
  brackets: { bracket: string; at: number }[] = [];
  trimNext = false;

  constructor(text: string) {
    this.text = text;
  }

  /** After the last, `end` for ever. @throws SyntaxFault */
  next(): Token {
    if (this.given === this.read) {
      this.read = 0;
      this.given = 0;
      while (this.read === 0 && this.at < this.text.length) {
        if (this.inside === undefined) this.data();
        else this.expression(this.inside);
      }
    }
    const token = this.given < this.read ? this.ready[this.given++] : undefined;
    return token ?? this.end();
  }

  end(): Token {
    const open = this.inside && this.brackets.at(-1);
    if (open) throw new SyntaxFault(`Unclosed "${open.bracket}"`, open.at);
    return { type: 'end', value: '', at: this.text.length };
  }

  push(type: TokenType, value: string, at: number): void {
    this.ready[this.read++] = { type, value, at };
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
    const isTrimmed = this.take(leadingTrim) !== null;
    // As in Pebble, blanks that a dash takes away leave an empty text: what stands alone behind it becomes text.
    if (text !== '') this.push('text', isTrimmed ? text.trimEnd() : text, start);
    if (match[0] === '{#') this.comment(end);
    else if (match[0] === '{{') this.begin('print', end);
    else if (!this.verbatim(end)) this.begin('execute', end);
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

  begin(kind: 'print' | 'execute', start: number): void {
    this.inside = kind;
    this.brackets = [];
    this.push(`${kind}-start`, kind === 'print' ? '{{' : '{%', start);
  }

  /** The next token of an expression, or its end. */
  expression(kind: 'print' | 'execute'): void {
    this.space();
    if (this.brackets.length === 0 && this.closed(kind)) return;
    if (this.at < this.text.length) this.token();
  }

  space(): void {
    let code = this.text.charCodeAt(this.at);
    while (code === 0x20 || code === 0x0a) code = this.text.charCodeAt(++this.at);
    if (code < 0x20 || code > 0x7f) this.take(whitespace);
  }

  closed(kind: 'print' | 'execute'): boolean {
    const dash = this.text[this.at] === '-' ? 1 : 0;
    const close = kind === 'print' ? '}}' : '%}';
    if (!this.text.startsWith(close, this.at + dash)) return false;
    this.at += dash + 2;
    this.trimNext = dash === 1;
    this.inside = undefined;
    this.push(`${kind}-end`, close, this.at - 2);
    return true;
  }

  token(): void {
    const start = this.at;
    const code = this.text.charCodeAt(start);
    if (isWordCode(code)) {
      if (isDigit(code)) this.number(start);
      else this.word(start);
      return;
    }
    const character = this.text[start] ?? '';
    if ('()[]{}:,'.includes(character)) {
      this.punctuation(character);
    } else if (character === '"' || character === "'") {
      this.string(character);
    } else {
      const operator = this.operator(character);
      if (operator) this.push('operator', operator, start);
      else if ('?.='.includes(character)) this.punctuation(character);
      else this.name(start);
    }
  }

  operator(character: string): string | undefined {
    if (character === '.' && this.text[this.at + 1] !== '.') return undefined;
    return this.take(symbolOperators)?.[0];
  }

  /** A name or an operator made of letters, which ends where ASCII's letters do. */
  word(start: number): void {
    let end = start + 1;
    while (isWordCode(this.text.charCodeAt(end))) end++;
    const word = this.text.slice(start, end);
    if (wordOperators.has(word)) {
      this.at = end;
      const not = word === 'is' && this.take(negation);
      this.push('operator', not ? 'is not' : word, start);
    } else if (this.text.charCodeAt(end) > 0x7f) {
      this.name(start);
    } else {
      this.at = end;
      this.push('name', word, start);
    }
  }

  name(start: number): void {
    const found = this.take(identifier);
    if (!found) throw new SyntaxFault(`Unexpected character [${this.text[start]}]`, start);
    this.push('name', found[0], start);
  }

  number(start: number): void {
    const digits = this.take(number)?.[0] ?? '';
    if (digits.endsWith('L')) this.push('long', digits.slice(0, -1), start);
    else this.push('number', digits, start);
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

  string(quote: string): void {
    const start = this.at;
    const plain = this.take(quote === '"' ? doubleQuoted : singleQuoted);
    if (plain) {
      this.push('string', plain[1]?.replaceAll(`\\${quote}`, quote) ?? '', start);
      return;
    }
    if (quote === "'") throw new SyntaxFault('Unclosed "\'"', start);
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

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** A letter or digit of ASCII, or `_`. */
function isWordCode(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || isDigit(code) || code === 0x5f;
}
