/** A template's text to its syntax tree. The tags are those that Kestra leaves of Pebble's. */
import { SyntaxFault } from './expression-error.ts';
import { ExpressionParser } from './expression-parser.ts';
import type { Body, Expression, Statement } from './syntax-tree.ts';
import { TokenStream } from './token-stream.ts';

/**
 * The statements one by one: each can be compiled and forgotten before the next is read.
 * @throws SyntaxFault
 */
export function* parseTemplate(text: string): Generator<Statement, void> {
  const stream = new TokenStream(text);
  try {
    yield* new TemplateParser(stream).template();
  } catch (error) {
    // As in Pebble, a text that is no tokens comes before tokens in a wrong order.
    stream.drain();
    throw error;
  }
}

/** Tags within each other. */
const maxNesting = 100;

class TemplateParser {
  readonly #stream: TokenStream;
  readonly #expressions: ExpressionParser;
  readonly #defined = { macro: new Set<string>(), block: new Set<string>() };
  #nesting = 0;

  constructor(stream: TokenStream) {
    this.#stream = stream;
    this.#expressions = new ExpressionParser(stream);
  }

  *template(): Generator<Statement, void> {
    while (!this.#stream.is('end')) yield this.#statement();
  }

  #statement(): Statement {
    const { type, value, at } = this.#stream.take();
    if (type === 'text') return { kind: 'text', text: value };
    if (type !== 'print-start') return this.#tag(at);
    const expression = this.#expressions.parse();
    this.#stream.expect('print-end');
    return { kind: 'print', expression, at };
  }

  /** Statements up to one of the tags, whose name is then current, or to the end. */
  #body(...until: readonly string[]): Body {
    const stream = this.#stream;
    const statements: Statement[] = [];
    while (!stream.is('end')) {
      const next = stream.is('execute-start') ? stream.peek() : undefined;
      if (next?.type === 'name' && until.includes(next.value)) {
        stream.take();
        break;
      }
      statements.push(this.#statement());
    }
    return statements;
  }

  #unknownTag(): SyntaxFault {
    const { type, value, at } = this.#stream.current;
    const message =
      type === 'name' ? `Unexpected tag name "${value}"` : `A tag begins with a name, not with "${value}"`;
    return new SyntaxFault(message, at);
  }

  #tag(at: number): Statement {
    if (++this.#nesting > maxNesting) throw new SyntaxFault(`Tags are nested more than ${maxNesting} levels deep.`, at);
    const tag = this.#stream.is('name') ? this.#tags.get(this.#stream.current.value) : undefined;
    if (!tag) throw this.#unknownTag();
    this.#stream.take();
    const statement = tag(at);
    this.#nesting--;
    return statement;
  }

  readonly #tags: ReadonlyMap<string, (at: number) => Statement> = new Map([
    ['if', (at: number) => this.#if(at)],
    ['for', (at: number) => this.#for(at)],
    ['set', (at: number) => this.#set(at)],
    ['macro', (at: number) => this.#macro(at)],
    ['block', (at: number) => this.#block(at)],
    ['filter', (at: number) => this.#filter(at)],
  ]);

  /** What is between this tag's end and its closing tag, which is taken. */
  #bodyUpTo(closing: string): Body {
    this.#stream.expect('execute-end');
    const body = this.#body(closing);
    this.#close(closing);
    return body;
  }

  #close(closing: string): void {
    if (!this.#stream.takeIf('name', closing)) {
      const message = `Unexpected end of template. Pebble was looking for the "${closing}" tag`;
      throw new SyntaxFault(message, this.#stream.current.at);
    }
    this.#stream.expect('execute-end');
  }

  #if(at: number): Statement {
    const stream = this.#stream;
    const branches: { condition: Expression; body: Body }[] = [];
    do {
      const condition = this.#expressions.parse();
      stream.expect('execute-end');
      branches.push({ condition, body: this.#body('elseif', 'else', 'endif') });
    } while (stream.takeIf('name', 'elseif'));
    const otherwise = stream.takeIf('name', 'else') ? this.#elseBody('endif') : undefined;
    this.#close('endif');
    return { kind: 'if', branches, ...(otherwise && { otherwise }), at };
  }

  #elseBody(closing: string): Body {
    this.#stream.expect('execute-end');
    return this.#body(closing);
  }

  #for(at: number): Statement {
    const stream = this.#stream;
    const variable = this.#expressions.newName();
    stream.expect('name', 'in');
    const iterable = this.#expressions.parse();
    stream.expect('execute-end');
    const body = this.#body('else', 'endfor');
    const otherwise = stream.takeIf('name', 'else') ? this.#elseBody('endfor') : undefined;
    this.#close('endfor');
    return { kind: 'for', variable, iterable, body, ...(otherwise && { otherwise }), at };
  }

  #set(at: number): Statement {
    const name = this.#expressions.newName();
    this.#stream.expect('punctuation', '=');
    const value = this.#expressions.parse();
    this.#stream.expect('execute-end');
    return { kind: 'set', name, value, at };
  }

  #macro(at: number): Statement {
    const stream = this.#stream;
    const { value: name } = stream.expect('name');
    this.#define('macro', name, at);
    stream.expect('punctuation', '(');
    const parameters: { name: string; value?: Expression }[] = [];
    while (!stream.takeIf('punctuation', ')')) {
      if (parameters.length > 0) stream.expect('punctuation', ',');
      const parameter = this.#expressions.newName();
      const value = stream.takeIf('punctuation', '=') ? this.#expressions.parse() : undefined;
      parameters.push({ name: parameter, ...(value && { value }) });
    }
    return { kind: 'macro', name, parameters, body: this.#bodyUpTo('endmacro'), at };
  }

  #block(at: number): Statement {
    const stream = this.#stream;
    const { value: name } = stream.is('string') ? stream.take() : stream.expect('name');
    this.#define('block', name, at);
    stream.expect('execute-end');
    const body = this.#body('endblock');
    if (!stream.takeIf('name', 'endblock')) this.#close('endblock');
    if (stream.current.value === name) stream.take();
    stream.expect('execute-end');
    return { kind: 'block', name, body, at };
  }

  #define(kind: 'macro' | 'block', name: string, at: number): void {
    const known = this.#defined[kind];
    if (known.has(name)) throw new SyntaxFault(`More than one ${kind} can not share the same name: ${name}`, at);
    known.add(name);
  }

  #filter(at: number): Statement {
    const filters = [this.#expressions.invocation()];
    while (this.#stream.takeIf('operator', '|')) filters.push(this.#expressions.invocation());
    const expression = this.#expressions.filtered(filters, () => {
      return { kind: 'body', body: this.#bodyUpTo('endfilter'), at };
    });
    return { kind: 'print', expression, at };
  }
}
