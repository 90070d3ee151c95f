/** Statements to closures, and the cache of templates. */
import { isList, isMap, type Value } from '../model/value.ts';
import { ExpressionCompiler } from './compile-expression.ts';
import { Fault, MissingName } from './expression-error.ts';
import type { Evaluate, Frame, Macro, Run, Template } from './frame.ts';
import { kindOf } from './java-values.ts';
import { entriesOf } from './methods/map-methods.ts';
import { toBoolean } from './operators.ts';
import { Scope } from './scope.ts';
import type { Expression, Statement } from './syntax-tree.ts';
import { parseTemplate } from './template-parser.ts';

type Node<Kind extends Statement['kind']> = Extract<Statement, { kind: Kind }>;

/** @throws SyntaxFault */
export function compileTemplate(source: string): Template {
  const compiler = new TemplateCompiler();
  const run = compiler.body(parseTemplate(source));
  return { source, run, macros: compiler.macros, blocks: compiler.blocks };
}

class TemplateCompiler {
  readonly macros = new Map<string, Macro>();
  readonly blocks = new Map<string, Run>();
  readonly #expressions = new ExpressionCompiler(body => this.body(body));

  body(body: Iterable<Statement>): Run {
    const runs: Run[] = [];
    for (const statement of body) runs.push(this.#statement(statement));
    const [only] = runs;
    if (only && runs.length === 1) return only;
    return frame => {
      for (const run of runs) run(frame);
    };
  }

  /** The expression, and the steps that evaluating it takes. */
  #costed(expression: Expression): { evaluate: Evaluate; cost: number } {
    const before = this.#expressions.size;
    const evaluate = this.#expressions.compile(expression);
    return { evaluate, cost: this.#expressions.size - before };
  }

  #statement(statement: Statement): Run {
    switch (statement.kind) {
      case 'text': {
        const { text } = statement;
        return frame => frame.output.write(text);
      }
      case 'print': {
        const { evaluate, cost } = this.#costed(statement.expression);
        return frame => {
          frame.charge(cost);
          frame.output.write(evaluate(frame));
        };
      }
      case 'if':
        return this.#if(statement);
      case 'for':
        return this.#for(statement);
      case 'set': {
        const { evaluate, cost } = this.#costed(statement.value);
        return frame => {
          frame.charge(cost);
          const value = evaluate(frame);
          frame.scope ??= new Scope(undefined);
          frame.scope.assign(statement.name, value);
        };
      }
      case 'macro':
        return this.#macro(statement);
      case 'block':
        return this.#block(statement);
    }
  }

  #if({ branches, otherwise, at }: Node<'if'>): Run {
    const compiled = branches.map(({ condition, body }) => ({ ...this.#costed(condition), run: this.body(body) }));
    const last = otherwise && this.body(otherwise);
    return frame => {
      for (const { evaluate, cost, run } of compiled) {
        frame.charge(cost);
        if (holds(evaluate, frame, at)) {
          run(frame);
          return;
        }
      }
      last?.(frame);
    };
  }

  #for({ variable, iterable, body, otherwise, at }: Node<'for'>): Run {
    const { evaluate, cost } = this.#costed(iterable);
    const run = this.body(body);
    const runEmpty = otherwise && this.body(otherwise);
    return frame => {
      frame.charge(cost);
      const value = evaluate(frame);
      if (value === null) return;
      frame.at = at;
      const items = itemsOf(value);
      if (items.length === 0) runEmpty?.(frame);
      const outer = frame.scope;
      const scope = new Scope(outer);
      frame.scope = scope;
      for (const [index, item] of items.entries()) {
        frame.charge(1);
        scope.put('loop', loopVariables(index, items.length));
        scope.put(variable, item);
        run(frame);
      }
      frame.scope = outer;
    };
  }

  /** Known to the whole template, whatever stands before it. */
  #macro({ name, parameters, body }: Node<'macro'>): Run {
    const compiled = parameters.map(({ name: parameter, value }) => ({
      name: parameter,
      ...(value && { value: this.#expressions.compile(value) }),
    }));
    this.macros.set(name, { name, parameters: compiled, body: this.body(body) });
    return () => {};
  }

  #block({ name, body }: Node<'block'>): Run {
    const run = this.body(body);
    this.blocks.set(name, run);
    return run;
  }
}

/** The condition of an `if`. As in Pebble null and missing names are errors, which `??` outside does not catch. */
function holds(evaluate: Evaluate, frame: Frame, at: number): boolean {
  let value: Value;
  try {
    value = evaluate(frame);
  } catch (error) {
    if (!(error instanceof MissingName)) throw error;
    frame.at = error.offset;
    throw new Fault(`Wrong operand(s) type in conditional expression: unable to find \`${error.name}\``);
  }
  frame.at = at;
  const truth = toBoolean(value);
  if (truth === undefined) throw new Fault('Wrong operand(s) type in conditional expression: the condition is null');
  return truth;
}

function itemsOf(value: NonNullable<Value>): readonly Value[] {
  if (isList(value)) return value;
  if (isMap(value)) return entriesOf(value);
  throw new Fault(`Not an iterable object: a ${kindOf(value)}; \`for\` needs a list or a map.`);
}

function loopVariables(index: number, length: number): Value {
  return { index, length, first: index === 0, last: index === length - 1, revindex: length - 1 - index };
}
