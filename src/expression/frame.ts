/** The state of one evaluation: what closures compiled from a template are given. */
import type { Value } from '../model/value.ts';
import { Fault, Suspend } from './expression-error.ts';
import { maxDepth, maxSteps } from './limits.ts';
import type { Output } from './output.ts';
import type { RenderContext, Services, Variables } from './render-context.ts';
import type { Scope } from './scope.ts';
import { taintDerived } from './taint.ts';

/** An expression, compiled. `undefined` is never a value. */
export type Evaluate = (frame: Frame) => Value;

/** As `Evaluate`, but `undefined` where a name is missing instead of an exception. */
export type EvaluateSoftly = (frame: Frame) => Value | undefined;

/** A body, compiled. */
export type Run = (frame: Frame) => void;

export interface Macro {
  readonly name: string;
  readonly parameters: readonly { readonly name: string; readonly value?: Evaluate }[];
  readonly body: Run;
}

export interface Template {
  readonly source: string;
  readonly run: Run;
  readonly macros: ReadonlyMap<string, Macro>;
  readonly blocks: ReadonlyMap<string, Run>;
}

type Remembered = { readonly value: unknown } | { readonly error: unknown };

/** What all evaluations of one `render()` share: they start over when an answer has come. */
export class Session {
  readonly context: RenderContext;
  readonly answers = new Map<string, Remembered>();
  steps = 0;

  constructor(context: RenderContext) {
    this.context = context;
  }
}

export type RenderText = (text: string, frame: Frame, recursive: boolean) => Value;

export class Frame {
  readonly template: Template;
  readonly session: Session;
  readonly variables: Variables;
  readonly depth: number;
  /** Renders another template with what this one sees; here to keep the modules free of cycles. */
  readonly renderText: RenderText;
  scope: Scope | undefined;
  output: Output;
  calls = 0;
  /** Offset of what is being evaluated, for errors. */
  at = 0;

  constructor(
    template: Template,
    session: Session,
    variables: Variables,
    output: Output,
    depth: number,
    renderText: RenderText,
  ) {
    this.template = template;
    this.session = session;
    this.variables = variables;
    this.output = output;
    this.depth = depth;
    this.renderText = renderText;
  }

  get context(): RenderContext {
    return this.session.context;
  }

  variable(name: string): Value | undefined {
    for (let scope = this.scope; scope; scope = scope.parent) {
      const value = scope.get(name);
      if (value !== undefined) return value;
      if (scope.isolated) return undefined;
    }
    return this.variables.get(name);
  }

  /** All names that can be seen. */
  names(): Set<string> {
    const names = new Set<string>();
    for (let scope = this.scope; scope; scope = scope.parent) {
      for (const name of scope.names()) names.add(name);
      if (scope.isolated) return names;
    }
    for (const name of this.variables.names()) names.add(name);
    return names;
  }

  charge(steps: number): void {
    this.session.steps += steps;
    if (this.session.steps > maxSteps) {
      throw new Fault(`The expression takes more than ${maxSteps} steps; do this work in a script task.`);
    }
  }

  /** One level deeper: a macro or block. */
  enter(): void {
    if (this.depth + ++this.calls > maxDepth) throw new Fault('Too many macros or blocks within each other.');
  }

  leave(): void {
    this.calls--;
  }

  /** The result of a filter, function or operator: counted, and tainted where its input was. */
  derive(inputs: readonly (Value | undefined)[], output: Value): Value {
    if (typeof output === 'string') this.charge(1 + (output.length >> 6));
    else if (Array.isArray(output)) this.charge(1 + (output.length >> 3));
    else this.charge(1);
    const { taint } = this.session.context;
    if (taint.size > 0) {
      this.charge(taint.size);
      taintDerived(taint, inputs, output);
    }
    return output;
  }

  /** The service of that name. @throws Fault where there is none. */
  service<Name extends keyof Services>(name: Name, functionName: string): NonNullable<Services[Name]> {
    const service = this.session.context.services[name];
    if (!service) throw new Fault(`The '${functionName}' function is not available here.`);
    return service.bind(this.session.context.services) as NonNullable<Services[Name]>;
  }

  /** What a service answers. A promise suspends the evaluation; the next one finds the answer by its key. */
  answer<T>(key: string, ask: () => T | Promise<T>): T {
    const { answers } = this.session;
    const known = answers.get(key);
    if (known) {
      if ('error' in known) throw asFault(known.error);
      return known.value as T;
    }
    let answer: T | Promise<T>;
    try {
      answer = ask();
    } catch (error) {
      throw asFault(error);
    }
    if (!(answer instanceof Promise)) return answer;
    throw new Suspend(
      answer.then(
        value => answers.set(key, { value }),
        (error: unknown) => answers.set(key, { error }),
      ),
    );
  }
}

function asFault(error: unknown): Fault {
  return new Fault(error instanceof Error ? error.message : String(error), { cause: error });
}
