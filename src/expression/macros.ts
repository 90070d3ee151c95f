/** Calls of a template's own macros, and of its blocks. */
import type { Value } from '../model/value.ts';
import { compileArguments, type EvaluateArguments } from './compile-arguments.ts';
import { Fault } from './expression-error.ts';
import type { Evaluate, Frame, Macro, Run } from './frame.ts';
import { missingArgument } from './invocable.ts';
import { javaText } from './java-values.ts';
import { JavaTextOutput } from './output.ts';
import { Scope } from './scope.ts';
import type { Expression } from './syntax-tree.ts';

type Call = Extract<Expression, { kind: 'call' }>;

/** Why functions that flows may call are not here. */
const absent = new Map([['appLink', ": it links to the apps of Kestra's Enterprise Edition, which Windlass has not"]]);

/** A call that no function answers: `block(name)`, `parent()`, or a macro, which may be defined further down. */
export function callMacro(node: Call, compile: (expression: Expression) => Evaluate): Evaluate {
  const { name, at } = node;
  if (name === 'parent') {
    return frame => {
      frame.at = at;
      throw new Fault('parent() is for templates that extend another one; here none does.');
    };
  }
  if (name === 'block') return callBlock(compileArguments(node.args, ['name'], compile), at);
  const prepared = new WeakMap<Macro, EvaluateArguments>();
  const plain = compileArguments(node.args, undefined, compile);
  return frame => {
    const macro = frame.template.macros.get(name);
    frame.at = at;
    if (!macro) {
      plain(frame);
      frame.at = at;
      throw new Fault(`Function or Macro [${name}] does not exist${absent.get(name) ?? ''}.`);
    }
    let args = prepared.get(macro);
    if (!args) {
      const parameters = macro.parameters.map(parameter => parameter.name);
      args = compileArguments(node.args, parameters, compile);
      prepared.set(macro, args);
    }
    return runMacro(macro, args(frame), frame);
  };
}

function runMacro(macro: Macro, args: readonly (Value | undefined)[], frame: Frame): Value {
  const outer = frame.scope;
  const scope = new Scope(undefined, true);
  frame.scope = scope;
  try {
    for (const [i, { name, value }] of macro.parameters.entries()) {
      scope.put(name, args[i] ?? value?.(frame) ?? null);
    }
    return capture(macro.body, frame);
  } finally {
    frame.scope = outer;
  }
}

function callBlock(args: EvaluateArguments, at: number): Evaluate {
  return frame => {
    const [name] = args(frame);
    frame.at = at;
    if (name === undefined) throw missingArgument('function', 'block', 'name');
    const block = frame.template.blocks.get(javaText(name));
    return block ? capture(block, frame) : '';
  };
}

/** What a body writes, as text. */
export function capture(run: Run, frame: Frame): string {
  const outer = frame.output;
  const inner = new JavaTextOutput();
  frame.enter();
  frame.output = inner;
  try {
    run(frame);
  } finally {
    // Evaluation goes on outside when `??` catches a missing name.
    frame.output = outer;
    frame.leave();
  }
  frame.charge(1 + (inner.text.length >> 6));
  return inner.text;
}
