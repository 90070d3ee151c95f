/** Binary operators to closures. */
import type { Operation } from '../model/numbers.ts';
import type { Value } from '../model/value.ts';
import { Fault, MissingName } from './expression-error.ts';
import type { Evaluate, EvaluateSoftly, Frame } from './frame.ts';
import { range } from './functions/range.ts';
import { javaText } from './java-values.ts';
import {
  add,
  arithmetic,
  contains,
  equals,
  isIn,
  join,
  operationNames,
  order,
  subtract,
  toBoolean,
} from './operators.ts';
import type { Expression } from './syntax-tree.ts';
import { taintJoined } from './taint.ts';

interface Compiler {
  readonly compile: (node: Expression) => Evaluate;
  readonly compileSoftly: (node: Expression) => EvaluateSoftly;
}

type Binary = Extract<Expression, { kind: 'binary' }>;
type Combine = (left: Value, right: Value, frame: Frame) => Value;

export function compileBinary(node: Binary, compiler: Compiler): Evaluate {
  switch (node.operator) {
    case '??':
    case '???':
      return coalesce(node, compiler);
    case 'and':
    case 'or':
      return logic(node, compiler);
    case '~':
      return combine(node, compiler, concatenate);
    case 'contains':
      return containing(node, compiler);
    case 'isIn':
      return combine(node, compiler, isIn);
    case '..':
      return combine(node, compiler, (left, right, frame) => range(left, right, 1n, frame));
    case '==':
      return strictly(node, compiler, 'equals comparison', equals);
    case '!=':
      return strictly(node, compiler, 'not equals comparison', (left, right) => !equals(left, right));
    case '<':
      return strictly(node, compiler, 'less than comparison', (left, right) => order(left, right) < 0);
    case '<=':
      return strictly(node, compiler, 'less than or equals comparison', (left, right) => order(left, right) <= 0);
    case '>':
      return strictly(node, compiler, 'greater than comparison', (left, right) => order(left, right) > 0);
    case '>=':
      return strictly(node, compiler, 'greater than or equals comparison', (left, right) => order(left, right) >= 0);
    case '+':
      return strictly(node, compiler, operationNames.add, (left, right, frame) =>
        frame.derive([left, right], add(left, right)),
      );
    case '-':
      return strictly(node, compiler, operationNames.subtract, subtract);
    case '*':
      return calculation(node, compiler, 'multiply');
    case '/':
      return calculation(node, compiler, 'divide');
    case '%':
      return calculation(node, compiler, 'remainder');
  }
}

function calculation(node: Binary, compiler: Compiler, operation: Operation): Evaluate {
  return strictly(node, compiler, operationNames[operation], (left, right) => arithmetic(operation, left, right));
}

function combine({ left, right, at }: Binary, { compile }: Compiler, apply: Combine): Evaluate {
  const a = compile(left);
  const b = compile(right);
  return frame => {
    const x = a(frame);
    const y = b(frame);
    frame.at = at;
    return apply(x, y, frame);
  };
}

/** Nothing contains nothing: what it might contain is not even looked at, as in Pebble. */
function containing(node: Binary, compiler: Compiler): Evaluate {
  const left = compiler.compile(node.left);
  const right = compiler.compile(node.right);
  return frame => {
    const container = left(frame);
    if (container === null) return false;
    const part = right(frame);
    frame.at = node.at;
    return contains(container, part);
  };
}

/** As in Pebble, a name that is missing in an operand is an error of the operator: `??` around it does not catch it. */
function strictly(node: Binary, compiler: Compiler, operation: string, apply: Combine): Evaluate {
  const evaluate = combine(node, compiler, apply);
  return frame => {
    try {
      return evaluate(frame);
    } catch (error) {
      if (!(error instanceof MissingName)) throw error;
      frame.at = error.offset;
      throw new Fault(`Could not perform ${operation}: unable to find \`${error.name}\``);
    }
  };
}

function coalesce({ operator, left, right }: Binary, { compile, compileSoftly }: Compiler): Evaluate {
  const first = compileSoftly(left);
  const second = compile(right);
  if (operator === '??') return frame => first(frame) ?? second(frame);
  return frame => {
    const value = first(frame);
    return value === undefined ? second(frame) : value;
  };
}

function logic({ operator, left, right, at }: Binary, { compile }: Compiler): Evaluate {
  const a = compile(left);
  const b = compile(right);
  const decides = operator === 'or';
  const truth = (evaluate: Evaluate, frame: Frame): boolean => {
    const value = evaluate(frame);
    frame.at = at;
    const result = toBoolean(value);
    if (result === undefined) throw new Fault(`null value used in ${operator} operator`);
    return result;
  };
  return frame => (truth(a, frame) === decides ? decides : truth(b, frame));
}

function concatenate(left: Value, right: Value, frame: Frame): Value {
  const x = left === null ? '' : javaText(left);
  const y = right === null ? '' : javaText(right);
  const joined = join(x, y);
  frame.charge(1 + (joined.length >> 6));
  const { taint } = frame.session.context;
  if (taint.size > 0) taintJoined(taint, [x, y], joined);
  return joined;
}
