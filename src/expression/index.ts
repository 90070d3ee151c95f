/** Kestra's expressions: `{{ … }}` and `{% … %}` in a flow's properties. */
import { isList, isMap, type Value } from '../model/value.ts';
import { renderWith } from './render.ts';
import type { RenderContext } from './render-context.ts';

export { ExpressionError } from './expression-error.ts';
export { type Mentions, mentionsOf } from './mentions.ts';
export { checkSyntax } from './render.ts';
export type { RenderContext, Services, Taint, Variables } from './render-context.ts';
export { variablesOf } from './render-context.ts';
export { createTaint } from './taint.ts';
export { isTruthy } from './truth.ts';

/**
 * The template's text; lists and maps in it as JSON.
 * @throws ExpressionError
 */
export async function render(template: string, context: RenderContext): Promise<string> {
  return (await renderWith(template, context, 'text')) as string;
}

/**
 * As `render`, but one expression alone keeps its type.
 * @throws ExpressionError also where a list or map stands beside other text.
 */
export function renderTyped(template: string, context: RenderContext): Promise<Value> {
  return renderWith(template, context, 'typed');
}

/**
 * Renders every text in a value to a text, keys of maps too; other values stay as they are.
 * Of keys that become equal the first wins, as in Kestra.
 * @throws ExpressionError
 */
export function renderDeep(value: Value, context: RenderContext): Promise<Value> {
  return renderEach(value, context, render);
}

/** As `renderDeep`, but a text that is one expression alone keeps its type. @throws ExpressionError */
export function renderDeepTyped(value: Value, context: RenderContext): Promise<Value> {
  return renderEach(value, context, renderTyped);
}

type RenderOne = (template: string, context: RenderContext) => Promise<Value>;

async function renderEach(value: Value, context: RenderContext, renderOne: RenderOne): Promise<Value> {
  if (typeof value === 'string') return renderOne(value, context);
  if (isList(value)) {
    const items: Value[] = [];
    for (const item of value) items.push(await renderEach(item, context, renderOne));
    return items;
  }
  if (!isMap(value)) return value;
  const entries = new Map<string, Value>();
  for (const [key, item] of Object.entries(value)) {
    const name = await render(key, context);
    const rendered = await renderEach(item, context, renderOne);
    if (!entries.has(name)) entries.set(name, rendered);
  }
  return Object.fromEntries(entries);
}
