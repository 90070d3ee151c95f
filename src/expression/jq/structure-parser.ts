/** The parts of the grammar with brackets of their own: texts, objects, patterns, definitions. */
import { JqError } from './jq-error.ts';
import type { Token } from './lexer.ts';
import type { Definition, Node, Pattern } from './syntax.ts';
import { TokenReader } from './token-reader.ts';

type PatternEntry = Extract<Pattern, { kind: 'object' }>['entries'][number];

export abstract class StructureParser extends TokenReader {
  protected abstract pipe(): Node;
  protected abstract operators(weakest: number): Node;
  /** A program of its own: what stands in `\(…)`. */
  protected abstract nested(tokens: readonly Token[]): Node;

  protected definition(): Definition {
    this.expectName('def');
    const name = this.name();
    const parameters: string[] = [];
    if (this.take('(')) {
      do {
        const value = this.takeKind('variable');
        parameters.push(value ? `$${value.text}` : this.name());
      } while (this.take(';'));
      this.expect(')');
    }
    this.expect(':');
    const body = this.pipe();
    this.expect(';');
    return { name, parameters, body };
  }

  protected patterns(): Pattern[] {
    const patterns = [this.pattern()];
    while (this.take('?//')) patterns.push(this.pattern());
    return patterns;
  }

  private pattern(): Pattern {
    if (this.take('[')) {
      const items: Pattern[] = [];
      do items.push(this.pattern());
      while (this.take(','));
      this.expect(']');
      return { kind: 'array', items };
    }
    if (!this.isOperator('{')) return { kind: 'variable', name: this.variable() };
    this.advance();
    const entries: PatternEntry[] = [];
    do entries.push(this.patternEntry());
    while (this.take(','));
    this.expect('}');
    return { kind: 'object', entries };
  }

  private patternEntry(): PatternEntry {
    const variable = this.takeKind('variable');
    if (variable) {
      const pattern = this.take(':') ? this.pattern() : undefined;
      return { key: { kind: 'literal', value: variable.text }, variable: variable.text, pattern };
    }
    const key = this.key();
    this.expect(':');
    return { key, variable: undefined, pattern: this.pattern() };
  }

  private key(): Node {
    const token = this.current();
    if (token.kind === 'name') {
      this.advance();
      return { kind: 'literal', value: token.text };
    }
    if (token.kind === 'text') return this.text('@text');
    if (token.kind === 'format') {
      this.advance();
      return this.text(token.text);
    }
    this.expect('(');
    const key = this.pipe();
    this.expect(')');
    return key;
  }

  protected object(): Node {
    this.expect('{');
    const entries: { key: Node; value: Node }[] = [];
    while (!this.isOperator('}')) {
      entries.push(this.entry());
      if (!this.take(',')) break;
    }
    this.expect('}');
    return { kind: 'object', entries };
  }

  private entry(): { key: Node; value: Node } {
    const token = this.current();
    if (token.kind === 'variable') {
      this.advance();
      if (this.take(':')) {
        const key: Node = { kind: 'variable', name: token.text, position: token.position };
        return { key, value: this.entryValue() };
      }
      const key: Node = { kind: 'literal', value: token.text };
      if (token.text === '__loc__') return { key, value: this.location(token) };
      return { key, value: { kind: 'variable', name: token.text, position: token.position } };
    }
    if (token.kind === 'number') throw new JqError('a key of an object is a text: write it in quotes', token.position);
    const key = this.key();
    if (this.take(':')) return { key, value: this.entryValue() };
    const short = token.kind === 'name' || token.kind === 'text' || token.kind === 'format';
    if (!short) this.expect(':');
    return { key, value: { kind: 'index', target: { kind: 'identity' }, key } };
  }

  /** Values join by `|` without parentheses, but not by a comma, which ends them. */
  private entryValue(): Node {
    const left = this.operators(0);
    return this.take('|') ? { kind: 'pipe', left, right: this.entryValue() } : left;
  }

  protected text(format: string): Node {
    const token = this.current();
    if (token.kind !== 'text') return this.unexpected();
    this.advance();
    const parts = token.parts.map(part => (typeof part === 'string' ? part : this.nested(part)));
    const [only] = parts;
    if (parts.length === 1 && typeof only === 'string') return { kind: 'literal', value: only };
    return { kind: 'text', format, parts: parts.filter(part => part !== '') };
  }

  protected location(token: Token): Node {
    return { kind: 'literal', value: { file: '<top-level>', line: token.position.line } };
  }
}
