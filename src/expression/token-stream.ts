/** The tokens of a template with a place in them. */
import { SyntaxFault } from './expression-error.ts';
import { Lexer, type Token, type TokenType } from './lexer.ts';

export class TokenStream {
  readonly #lexer: Lexer;
  #current: Token;
  #next: Token | undefined;

  /** @throws SyntaxFault, as all that moves on */
  constructor(text: string) {
    this.#lexer = new Lexer(text);
    this.#current = this.#lexer.next();
  }

  get current(): Token {
    return this.#current;
  }

  peek(): Token {
    this.#next ??= this.#lexer.next();
    return this.#next;
  }

  /** Moves on and gives the token that was current. */
  take(): Token {
    const token = this.#current;
    this.#current = this.#next ?? this.#lexer.next();
    this.#next = undefined;
    return token;
  }

  /** Reads what is left, for what is wrong in it. @throws SyntaxFault */
  drain(): void {
    while (!this.is('end')) this.take();
  }

  is(type: TokenType, value?: string): boolean {
    const token = this.current;
    return token.type === type && (value === undefined || token.value === value);
  }

  /** Moves on when the current token is this one. */
  takeIf(type: TokenType, value?: string): boolean {
    if (!this.is(type, value)) return false;
    this.take();
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
