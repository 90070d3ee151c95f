/** Looking at tokens one after the other, and saying what was expected where another one stands. */
import type { Position } from '../../model/flow.ts';
import { JqError } from './jq-error.ts';
import type { Token } from './lexer.ts';

type Worded = Extract<Token, { readonly text: string }>;

export class TokenReader {
  private index = 0;
  private readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  protected current(): Token {
    const token = this.tokens[this.index];
    if (!token) throw new JqError('the program ends too early');
    return token;
  }

  protected position(): Position {
    return this.current().position;
  }

  protected advance(): Token {
    const token = this.current();
    if (token.kind !== 'end') this.index += 1;
    return token;
  }

  protected atEnd(): boolean {
    return this.current().kind === 'end';
  }

  protected expectEnd(): void {
    if (!this.atEnd()) this.unexpected();
  }

  protected isOperator(text: string): boolean {
    const token = this.current();
    return token.kind === 'operator' && token.text === text;
  }

  protected isName(text: string): boolean {
    const token = this.current();
    return token.kind === 'name' && token.text === text;
  }

  protected nextIsOperator(text: string): boolean {
    const token = this.tokens[this.index + 1];
    return token?.kind === 'operator' && token.text === text;
  }

  protected nextIsKind(kind: Token['kind']): boolean {
    return this.tokens[this.index + 1]?.kind === kind;
  }

  protected nextIsText(): boolean {
    return this.current().kind === 'text';
  }

  /** The word or sign of a binary operator. */
  protected operatorText(): string | undefined {
    const token = this.current();
    return token.kind === 'operator' || token.kind === 'name' ? token.text : undefined;
  }

  protected take(text: string): boolean {
    if (!this.isOperator(text)) return false;
    this.index += 1;
    return true;
  }

  protected takeName(text: string): boolean {
    if (!this.isName(text)) return false;
    this.index += 1;
    return true;
  }

  protected takeKind(kind: Worded['kind']): Worded | undefined {
    const token = this.current();
    if (token.kind !== kind) return undefined;
    this.index += 1;
    return token as Worded;
  }

  protected expect(text: string): void {
    if (!this.take(text)) this.unexpected(`'${text}'`);
  }

  protected expectName(text: string): void {
    if (!this.takeName(text)) this.unexpected(`'${text}'`);
  }

  protected name(): string {
    return this.takeKind('name')?.text ?? this.unexpected('a name');
  }

  protected variable(): string {
    return this.takeKind('variable')?.text ?? this.unexpected('a variable such as $x');
  }

  /** @throws JqError */
  protected unexpected(wanted?: string): never {
    const token = this.current();
    const expected = wanted === undefined ? '' : `, ${wanted} is expected`;
    throw new JqError(`unexpected ${spelling(token)}${expected}`, token.position);
  }
}

function spelling(token: Token): string {
  switch (token.kind) {
    case 'end':
      return token.text;
    case 'text':
      return 'text';
    case 'number':
      return `number ${token.value}`;
    case 'field':
      return `'.${token.text}'`;
    case 'variable':
      return `'$${token.text}'`;
    default:
      return `'${token.text}'`;
  }
}
