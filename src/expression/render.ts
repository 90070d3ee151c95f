/** Rendering a template: until nothing more has to be awaited, once or recursively. */
import type { Value } from '../model/value.ts';
import { ExpressionError, Fault, MissingName, positionAt, Suspend, SyntaxFault } from './expression-error.ts';
import { Frame, Session, type Template } from './frame.ts';
import { maxDepth } from './limits.ts';
import { TextOutput, TypedOutput } from './output.ts';
import { stripRawTags, withholdRaw } from './raw-blocks.ts';
import type { RenderContext, Variables } from './render-context.ts';
import { templateFor } from './template-cache.ts';
import { parseTemplate } from './template-parser.ts';

/** Renderings of a result, and renderings within renderings. */
const maxRenderings = 100;

/** Each waits for another answer; more are an expression that never asks the same twice. */
const maxSuspensions = 10_000;

type Mode = 'text' | 'typed';

/** @throws ExpressionError */
export async function renderWith(template: string, context: RenderContext, mode: Mode): Promise<Value> {
  if (!template.includes('{')) return template;
  const session = new Session(context);
  for (let suspensions = 0; ; suspensions++) {
    try {
      return renderText(template, context.variables, session, mode, context.recursive ?? false, 0);
    } catch (error) {
      if (!(error instanceof Suspend)) throw error;
      if (suspensions >= maxSuspensions) {
        const message = `The expression asks for more than ${maxSuspensions} secrets, keys or files.`;
        throw new ExpressionError(message, template, { line: 1, column: 1 });
      }
      await error.ready;
    }
  }
}

/** What is wrong with a template's syntax. */
export function checkSyntax(template: string): { message: string; line: number; column: number } | undefined {
  try {
    const statements = parseTemplate(withholdRaw(template).template);
    while (!statements.next().done);
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    return { message: error.message, ...positionAt(template, error.offset) };
  }
}

function renderText(
  text: string,
  variables: Variables,
  session: Session,
  mode: Mode,
  recursive: boolean,
  depth: number,
): Value {
  if (depth > maxDepth) throw new Fault('Too many rendering attempts');
  let result: Value = text;
  for (let count = 0; typeof result === 'string' && result.includes('{'); count++) {
    if (count > maxRenderings) throw new Fault('Too many rendering attempts');
    const before: string = result;
    result = renderOnce(before, variables, session, mode, depth);
    if (!recursive || result === before) break;
  }
  return typeof result === 'string' ? stripRawTags(result) : result;
}

function renderOnce(text: string, variables: Variables, session: Session, mode: Mode, depth: number): Value {
  const { template: source, restore } = withholdRaw(text);
  const output = mode === 'text' ? new TextOutput() : new TypedOutput();
  const frame = new Frame(parse(source, text), session, variables, output, depth, renderNested);
  try {
    frame.template.run(frame);
  } catch (error) {
    throw explain(error, text, frame);
  }
  const result = output instanceof TextOutput ? output.text : output.value;
  return typeof result === 'string' ? restore(result) : result;
}

/** `render(…)` within a template: it sees what the template sees. */
function renderNested(text: string, frame: Frame, recursive: boolean): Value {
  const variables: Variables = { get: name => frame.variable(name), names: () => frame.names() };
  return renderText(text, variables, frame.session, 'text', recursive, frame.depth + frame.calls + 1);
}

function parse(source: string, original: string): Template {
  try {
    return templateFor(source);
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    throw located(error.message, original, error.offset, error);
  }
}

/** The error with expression and place, in Kestra's words. Signals and faults of ours stay what they are. */
function explain(error: unknown, text: string, frame: Frame): unknown {
  if (error instanceof MissingName) {
    const position = positionAt(text, error.offset);
    const message = `Unable to find \`${error.name}\` used in the expression \`${text}\` at line ${position.line}`;
    return new ExpressionError(message, text, position);
  }
  if (error instanceof Fault) return located(error.message, text, frame.at, error);
  // A text or a stack beyond what JavaScript allows; both come from the user's data.
  if (error instanceof RangeError)
    return located('The expression or its data is too large or too deep.', text, frame.at, error);
  return error;
}

function located(message: string, text: string, offset: number, cause: Error): ExpressionError {
  const position = positionAt(text, offset);
  return new ExpressionError(`${message} (${text}:${position.line})`, text, position, { cause });
}
