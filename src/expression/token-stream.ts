/** The tokens of a template with a place in them. */
import { SyntaxFault } from './expression-error.ts';
import { type Token, type TokenType, tokenize } from './lexer.ts';

export class TokenStream {
  readonly #tokens: readonly Token[];
  readonly #end: Token;
  #index = 0;

  /** @throws SyntaxFault */
  constructor(text: string) {
    this.#tokens = tokenize(text);
    this.#end = { type: 'end', value: '', at: text.length };
  }

  get current(): Token {
    return this.#tokens[this.#index] ?? this.#end;
  }

  peek(): Token {
    return this.#tokens[this.#index + 1] ?? this.#end;
  }

  /** Moves on and gives the token that was current. */
  take(): Token {
    const token = this.current;
    this.#index++;
    return token;
  }

  is(type: TokenType, value?: string): boolean {
    const token = this.current;
    return token.type === type && (value === undefined || token.value === value);
  }

  /** Moves on when the current token is this one. */
  takeIf(type: TokenType, value?: string): boolean {
    if (!this.is(type, value)) return false;
    this.#index++;
    return true;
  }

  /** @throws SyntaxFault when the current token is another one. */
  expect(type: TokenType, value?: string): Token {
    if (this.is(type, value)) return this.take();
    const token = this.current;
    const found =
      token.type === 'end' ? 'end of the template' : `token of value "${token.value}" and type ${spell(token.type)}`;
    const wanted = value === undefined ? `token of type ${spell(type)}` : `"${value}"`;
    throw new SyntaxFault(`Unexpected ${found}, expected ${wanted}`, token.at);
  }

  unexpected(): SyntaxFault {
    const { type, value, at } = this.current;
    return new SyntaxFault(`Unexpected token "${type === 'end' ? 'EOF' : spell(type)}" of value "${value}"`, at);
  }
}

function spell(type: TokenType): string {
  return type.toUpperCase().replace('-', '_');
}
