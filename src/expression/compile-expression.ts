/** Expressions to closures: two to three times as fast as walking the tree each time, with no code made from text. */

import { negate } from '../model/numbers.ts';
import { isMap, isNumeric, type Value, type ValueMap } from '../model/value.ts';
import { callAttribute, readAttribute } from './attributes.ts';
import { compileArguments } from './compile-arguments.ts';
import { compileBinary } from './compile-operators.ts';
import { Fault, MissingName } from './expression-error.ts';
import { filters } from './filters/index.ts';
import type { Evaluate, EvaluateSoftly, Run } from './frame.ts';
import { functions } from './functions/index.ts';
import { hashOrder } from './hash-order.ts';
import { javaText, ofClass } from './java-values.ts';
import { callMacro, capture } from './macros.ts';
import { toBoolean } from './operators.ts';
import type { Body, Expression } from './syntax-tree.ts';
import { tests } from './tests.ts';

type Node<Kind extends Expression['kind']> = Extract<Expression, { kind: Kind }>;

export class ExpressionCompiler {
  /** Nodes compiled so far: the steps that evaluating them takes. */
  size = 0;
  readonly #compileBody: (body: Body) => Run;

  constructor(compileBody: (body: Body) => Run) {
    this.#compileBody = compileBody;
  }

  readonly compile = (node: Expression): Evaluate => {
    this.size++;
    return this.#node(node);
  };

  /** Compiled so that a missing name gives undefined. */
  readonly compileSoftly = (node: Expression): EvaluateSoftly => {
    this.size++;
    return this.#softNode(node);
  };

  #softNode(node: Expression): EvaluateSoftly {
    if (node.kind === 'variable') return softVariable(node);
    // A name in its brackets or arguments may be missing too.
    const strict =
      node.kind === 'attribute' ? this.#attribute(node, this.compileSoftly(node.object)) : this.#node(node);
    return frame => {
      try {
        return strict(frame);
      } catch (error) {
        if (error instanceof MissingName) return undefined;
        throw error;
      }
    };
  }

  #node(node: Expression): Evaluate {
    switch (node.kind) {
      case 'literal': {
        const { value } = node;
        return () => value;
      }
      case 'variable':
        return variable(node);
      case 'attribute':
        return this.#strictAttribute(node);
      case 'call':
        return this.#call(node);
      case 'filter':
        return this.#filter(node);
      case 'test':
        return this.#test(node);
      case 'unary':
        return this.#unary(node);
      case 'binary':
        return compileBinary(node, this);
      case 'ternary':
        return this.#ternary(node);
      case 'list': {
        const items = node.items.map(this.compile);
        return frame => items.map(item => item(frame));
      }
      case 'map':
        return this.#map(node);
      case 'body':
        return this.#body(node);
    }
  }

  #strictAttribute(node: Node<'attribute'>): Evaluate {
    const { object, at } = node;
    const read = this.#attribute(node, this.compile(object));
    const name = this.compile(node.name);
    return frame => {
      const value = read(frame);
      if (value !== undefined) return value;
      // Of null, Kestra names what is null.
      if (object.kind === 'variable' && frame.variable(object.name) === null) throw new MissingName(object.name, at);
      throw new MissingName(javaText(name(frame)), at);
    };
  }

  #attribute(node: Node<'attribute'>, object: EvaluateSoftly): EvaluateSoftly {
    if (node.args) return this.#method(node, object, node.args.map(this.compile));
    if (node.name.kind === 'literal' && typeof node.name.value === 'string') {
      const key = node.name.value;
      return frame => {
        const owner = object(frame);
        if (owner === undefined || owner === null) return undefined;
        if (isMap(owner)) return Object.hasOwn(owner, key) ? owner[key] : undefined;
        frame.at = node.at;
        const value = readAttribute(owner, key);
        return value === undefined ? undefined : frame.derive([owner], value);
      };
    }
    const name = this.compile(node.name);
    return frame => {
      const owner = object(frame);
      if (owner === undefined || owner === null) return undefined;
      const key = name(frame);
      frame.at = node.at;
      return readAttribute(owner, key);
    };
  }

  #method(node: Node<'attribute'>, object: EvaluateSoftly, args: readonly Evaluate[]): EvaluateSoftly {
    const name = this.compile(node.name);
    return frame => {
      const owner = object(frame);
      if (owner === undefined || owner === null) return undefined;
      const values = args.map(arg => arg(frame));
      frame.at = node.at;
      const result = callAttribute(owner, name(frame), values);
      return result === undefined ? undefined : frame.derive([owner, ...values], result);
    };
  }

  #call(node: Node<'call'>): Evaluate {
    const found = functions.get(node.name);
    if (!found) return callMacro(node, this.compile);
    const args = compileArguments(node.args, found.parameters, this.compile);
    return frame => {
      const values = args(frame);
      frame.at = node.at;
      return frame.derive(values, found.call(values, frame));
    };
  }

  #filter(node: Node<'filter'>): Evaluate {
    const { name } = node.filter;
    const found = filters.get(name);
    if (!found) {
      return frame => {
        frame.at = node.filter.at;
        throw new Fault(`Filter [${name}] does not exist.`);
      };
    }
    const input = name === 'default' ? this.#orNull(node.input) : this.compile(node.input);
    const args = compileArguments(node.filter.args, found.parameters, this.compile);
    return frame => {
      frame.at = node.filter.at;
      const values = args(frame);
      const value = input(frame);
      frame.at = node.filter.at;
      return frame.derive([value, ...values], found.apply(value, values, frame));
    };
  }

  #orNull(node: Expression): Evaluate {
    const evaluate = this.compileSoftly(node);
    return frame => evaluate(frame) ?? null;
  }

  #test(node: Node<'test'>): Evaluate {
    const { test, negated } = node;
    const found = tests.get(test.name);
    if (!found) {
      return frame => {
        frame.at = test.at;
        throw new Fault(`Test [${test.name}] does not exist.`);
      };
    }
    const input = test.name === 'defined' ? this.#orNull(node.input) : this.compile(node.input);
    return frame => {
      const value = input(frame);
      frame.at = test.at;
      return found.holds(value) !== negated;
    };
  }

  #unary({ operator, operand, at }: Node<'unary'>): Evaluate {
    const evaluate = this.compile(operand);
    if (operator === 'not') {
      return frame => {
        const value = evaluate(frame);
        frame.at = at;
        const truth = toBoolean(value);
        if (truth === undefined) throw new Fault('null value given to not()');
        return !truth;
      };
    }
    return frame => {
      const value = evaluate(frame);
      frame.at = at;
      if (!isNumeric(value)) throw new Fault(`The operator ${operator} needs a number`);
      return operator === '-' ? negate(value) : value;
    };
  }

  #ternary(node: Node<'ternary'>): Evaluate {
    const condition = this.compile(node.condition);
    const then = this.compile(node.then);
    const otherwise = this.compile(node.otherwise);
    return frame => {
      const value = condition(frame);
      frame.at = node.at;
      return toBoolean(value) ? then(frame) : otherwise(frame);
    };
  }

  #map(node: Node<'map'>): Evaluate {
    const entries = node.entries.map(([key, value]) => [this.compile(key), this.compile(value)] as const);
    const room = Math.ceil(entries.length / 0.75);
    return frame => {
      const read = entries.map(([key, value]) => [key(frame), value(frame)] as const);
      const ordered = read.length > 1 ? hashOrder(read, room) : read;
      const map: ValueMap = Object.fromEntries(ordered.map(([key, value]) => [javaText(key), value]));
      return ofClass(map, 'java.util.HashMap');
    };
  }

  #body(node: Node<'body'>): Evaluate {
    const run = this.#compileBody(node.body);
    return frame => capture(run, frame);
  }
}

function softVariable({ name }: Node<'variable'>): EvaluateSoftly {
  return frame => frame.variable(name);
}

function variable({ name, at }: Node<'variable'>): Evaluate {
  return (frame): Value => {
    const value = frame.variable(name);
    if (value === undefined) throw new MissingName(name, at);
    return value;
  };
}
