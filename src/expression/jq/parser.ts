/** Tokens to a syntax tree, by precedence climbing over jq's grammar. */
import { JqError } from './jq-error.ts';
import { type Token, tokenize } from './lexer.ts';
import { StructureParser } from './structure-parser.ts';
import type { Definition, Node, UpdateOperator } from './syntax.ts';

/**
 * The tree of a program.
 * @throws JqError with the position.
 */
export function parse(source: string): Node {
  const parser = new Parser(tokenize(source));
  return parser.program();
}

type Level = { readonly side: 'left' | 'right' | 'none'; readonly strength: number };

const levels: Readonly<Record<string, Level>> = Object.fromEntries(
  [
    { side: 'right', operators: ['//'] },
    { side: 'none', operators: ['=', '|=', '//=', '+=', '-=', '*=', '/=', '%='] },
    { side: 'left', operators: ['or'] },
    { side: 'left', operators: ['and'] },
    { side: 'none', operators: ['==', '!=', '<', '<=', '>', '>='] },
    { side: 'left', operators: ['+', '-'] },
    { side: 'left', operators: ['*', '/', '%'] },
  ].flatMap(({ side, operators }, strength) => operators.map(text => [text, { side, strength } as Level])),
);

/** Deep nesting would end in a stack overflow. */
const maxDepth = 500;

class Parser extends StructureParser {
  private depth = 0;

  program(): Node {
    if (this.atEnd()) return { kind: 'identity' };
    const definitions: Definition[] = [];
    while (this.isName('def')) definitions.push(this.definition());
    const body: Node = this.atEnd() && definitions.length > 0 ? { kind: 'identity' } : this.pipe();
    this.expectEnd();
    return definitions.reduceRight<Node>((rest, definition) => ({ kind: 'define', definition, rest }), body);
  }

  protected override nested(tokens: readonly Token[]): Node {
    return new Parser(tokens).program();
  }

  protected override pipe(): Node {
    this.depth += 1;
    if (this.depth > maxDepth)
      throw new JqError(`the program is nested more than ${maxDepth} levels deep`, this.position());
    const node = this.pipeParts();
    this.depth -= 1;
    return node;
  }

  private pipeParts(): Node {
    if (this.isName('def')) {
      const definition = this.definition();
      return { kind: 'define', definition, rest: this.pipe() };
    }
    if (this.takeName('label')) {
      const name = this.variable();
      this.expect('|');
      return { kind: 'label', name, body: this.pipe() };
    }
    const left = this.comma();
    // Long pipes are flat in the text: they count no depth.
    return this.take('|') ? { kind: 'pipe', left, right: this.pipeParts() } : left;
  }

  private comma(): Node {
    let left = this.operators(0);
    while (this.take(',')) left = { kind: 'comma', left, right: this.operators(0) };
    return left;
  }

  protected override operators(weakest: number): Node {
    let left = this.postfix();
    let blocked = -1;
    for (;;) {
      const text = this.operatorText();
      const level = text !== undefined && Object.hasOwn(levels, text) ? levels[text] : undefined;
      if (text === undefined || level === undefined || level.strength < weakest) return left;
      if (level.strength === blocked)
        throw new JqError(`${text} cannot follow another of its kind: use parentheses`, this.position());
      this.advance();
      const right = this.operators(level.side === 'right' ? level.strength : level.strength + 1);
      left = combine(text, left, right);
      blocked = level.side === 'none' ? level.strength : -1;
    }
  }

  /** A term with its suffixes, and `as`, which takes the rest of the pipe. */
  private postfix(): Node {
    if (this.take('-')) return { kind: 'negate', body: this.postfix() };
    if (this.takeName('try')) {
      const body = this.tryPart();
      return { kind: 'try', body, handler: this.takeName('catch') ? this.tryPart() : undefined };
    }
    if (this.takeName('reduce')) return this.fold('reduce');
    if (this.takeName('foreach')) return this.fold('foreach');
    const term = this.term();
    if (!this.takeName('as')) return term;
    const patterns = this.patterns();
    this.expect('|');
    return { kind: 'bind', source: term, patterns, body: this.pipe() };
  }

  private tryPart(): Node {
    return this.isName('try') || this.isName('reduce') || this.isName('foreach') || this.isOperator('-')
      ? this.postfix()
      : this.term();
  }

  private fold(kind: 'reduce' | 'foreach'): Node {
    const source = this.term();
    this.expectName('as');
    const patterns = this.patterns();
    this.expect('(');
    const start = this.pipe();
    this.expect(';');
    const update = this.pipe();
    const extract = kind === 'foreach' && this.take(';') ? this.pipe() : undefined;
    this.expect(')');
    return this.suffixes({ kind, source, patterns, start, update, extract });
  }

  private term(): Node {
    return this.suffixes(this.primary());
  }

  private suffixes(start: Node): Node {
    let node = start;
    for (;;) {
      const field = this.takeKind('field');
      if (field) node = { kind: 'index', target: node, key: { kind: 'literal', value: field.text } };
      else if (this.take('?')) node = { kind: 'try', body: node, handler: undefined };
      else if (this.isOperator('[')) node = this.brackets(node);
      else if (this.isOperator('.') && (this.nextIsOperator('[') || this.nextIsKind('text'))) {
        this.advance();
        if (!this.isOperator('[')) node = { kind: 'index', target: node, key: this.text('@text') };
      } else return node;
    }
  }

  private brackets(target: Node): Node {
    this.expect('[');
    if (this.take(']')) return { kind: 'iterate', target };
    if (this.take(':')) {
      const to = this.pipe();
      this.expect(']');
      return { kind: 'slice', target, from: undefined, to };
    }
    const key = this.pipe();
    if (this.take(':')) {
      const to = this.isOperator(']') ? undefined : this.pipe();
      this.expect(']');
      return { kind: 'slice', target, from: key, to };
    }
    this.expect(']');
    return { kind: 'index', target, key };
  }

  private primary(): Node {
    const token = this.current();
    switch (token.kind) {
      case 'number':
        this.advance();
        return { kind: 'literal', value: token.value };
      case 'text':
        return this.text('@text');
      case 'format':
        this.advance();
        return this.nextIsText()
          ? this.text(token.text)
          : { kind: 'format', name: token.text, position: token.position };
      case 'field':
        this.advance();
        return { kind: 'index', target: { kind: 'identity' }, key: { kind: 'literal', value: token.text } };
      case 'variable':
        this.advance();
        if (token.text === '__loc__') return this.location(token);
        return { kind: 'variable', name: token.text, position: token.position };
      case 'name':
        return this.named(token.text);
      case 'operator':
        return this.symbol(token.text);
      case 'end':
        return this.unexpected();
    }
  }

  private symbol(text: string): Node {
    if (text === '..') {
      const { position } = this.advance();
      return { kind: 'call', name: 'recurse', args: [], position };
    }
    if (text === '.') {
      this.advance();
      if (this.nextIsText()) return { kind: 'index', target: { kind: 'identity' }, key: this.text('@text') };
      return { kind: 'identity' };
    }
    if (text === '(') {
      this.advance();
      const body = this.pipe();
      this.expect(')');
      return body;
    }
    if (text === '[') {
      this.advance();
      if (this.take(']')) return { kind: 'array', body: undefined };
      const body = this.pipe();
      this.expect(']');
      return { kind: 'array', body };
    }
    if (text === '{') return this.object();
    return this.unexpected();
  }

  private named(name: string): Node {
    if (name === 'if') return this.condition();
    if (name === 'def' || name === 'label') {
      return this.pipe();
    }
    if (name === 'import' || name === 'include') {
      throw new JqError(`'${name}' is not supported: a program has no modules here`, this.position());
    }
    if (reserved.has(name)) return this.unexpected();
    const { position } = this.advance();
    if (name === 'break') return { kind: 'break', name: this.variable(), position };
    const args: Node[] = [];
    if (this.take('(')) {
      do args.push(this.pipe());
      while (this.take(';'));
      this.expect(')');
    }
    return { kind: 'call', name, args, position };
  }

  private condition(): Node {
    this.advance();
    const condition = this.pipe();
    this.expectName('then');
    const then = this.pipe();
    if (this.isName('elif')) return { kind: 'if', condition, then, otherwise: this.condition() };
    const otherwise = this.takeName('else') ? this.pipe() : undefined;
    this.expectName('end');
    return { kind: 'if', condition, then, otherwise };
  }
}

const reserved = new Set([
  'then',
  'elif',
  'else',
  'end',
  'as',
  'and',
  'or',
  'catch',
  'try',
  'reduce',
  'foreach',
  '__loc__',
]);

function combine(text: string, left: Node, right: Node): Node {
  switch (text) {
    case '//':
      return { kind: 'alternative', left, right };
    case 'and':
    case 'or':
      return { kind: text, left, right };
    case '=':
    case '|=':
    case '//=':
    case '+=':
    case '-=':
    case '*=':
    case '/=':
    case '%=':
      return { kind: 'update', operator: text satisfies UpdateOperator, left, right };
    default:
      return { kind: 'binary', operator: text as Extract<Node, { kind: 'binary' }>['operator'], left, right };
  }
}
