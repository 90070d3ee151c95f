/** Rendering a task's properties to what its code needs. Every fault is a `TaskError` that names the property. */
import { render, renderDeep, renderTyped } from '../expression/index.ts';
import type { RenderContext } from '../expression/render-context.ts';
import { jsonOrText, writeJson } from '../model/json.ts';
import { numberText } from '../model/numbers.ts';
import { isList, isMap, isNumeric, type Value, type ValueMap } from '../model/value.ts';
import { TaskError } from './task-type.ts';

/** A property as text; undefined when it is absent or null. */
export async function textProperty(value: Value | undefined, context: RenderContext): Promise<string | undefined> {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? await render(value, context) : asText(value);
}

/** A property that the schema requires, as text. */
export async function requiredText(name: string, value: Value | undefined, context: RenderContext): Promise<string> {
  const rendered = await textProperty(value, context);
  if (rendered === undefined) throw new TaskError(`The property ${name} must be given.`);
  return rendered;
}

/**
 * The `extension` of a new file, such as `.csv`.
 * @throws TaskError for one that would make a path of the file's name, and so lead out of its folder
 */
export async function extensionProperty<Fallback extends string | undefined>(
  value: Value | undefined,
  fallback: Fallback,
  context: RenderContext,
): Promise<string | Fallback> {
  const extension = await textProperty(value, context);
  if (extension !== undefined && /[/\\\0]/.test(extension)) {
    throw new TaskError(`The property extension must be the end of a file’s name, but it is "${extension}".`);
  }
  return extension ?? fallback;
}

/** `true` and `false`, in any case; anything else is a fault. */
export async function flagProperty(
  name: string,
  value: Value | undefined,
  fallback: boolean,
  context: RenderContext,
): Promise<boolean> {
  const rendered = (await textProperty(value, context))?.trim().toLowerCase();
  if (rendered === undefined) return fallback;
  if (rendered !== 'true' && rendered !== 'false') {
    throw new TaskError(`The property ${name} must be true or false, but it is "${rendered}".`);
  }
  return rendered === 'true';
}

/** One of some names. */
export async function choiceProperty<Name extends string>(
  name: string,
  value: Value | undefined,
  choices: readonly Name[],
  fallback: Name,
  context: RenderContext,
): Promise<Name> {
  const rendered = await textProperty(value, context);
  if (rendered === undefined) return fallback;
  const found = choices.find(choice => choice === rendered);
  if (found === undefined) {
    throw new TaskError(`The property ${name} must be one of ${choices.join(', ')}, but it is "${rendered}".`);
  }
  return found;
}

/** A list whose items are rendered to texts, or an expression that gives a list. A null item is an empty text. */
export async function textListProperty(
  name: string,
  value: Value | undefined,
  context: RenderContext,
): Promise<readonly string[]> {
  const list = typeof value === 'string' ? await wholeValue(value, context) : value;
  if (list === undefined || list === null) return [];
  if (!isList(list)) throw new TaskError(`The property ${name} must be a list, but it is ${asText(list)}.`);
  // The items of an expression's list are values already: text that looks like an expression is not rendered again.
  if (typeof value === 'string') return list.map(asText);
  const items: string[] = [];
  for (const item of list) items.push((await textProperty(item, context)) ?? '');
  return items;
}

/** A map with rendered keys and values, or an expression that gives a map. */
export async function mapProperty(name: string, value: Value | undefined, context: RenderContext): Promise<ValueMap> {
  if (value === undefined || value === null) return {};
  const map = typeof value === 'string' ? await wholeValue(value, context) : await renderDeep(value, context);
  if (!isMap(map)) throw new TaskError(`The property ${name} must be a map, but it is ${asText(map)}.`);
  return map;
}

/** A map of texts; entries with null are dropped. */
export async function textMapProperty(
  name: string,
  value: Value | undefined,
  context: RenderContext,
): Promise<Readonly<Record<string, string>>> {
  const entries = Object.entries(await mapProperty(name, value, context));
  return Object.fromEntries(entries.filter(([, item]) => item !== null).map(([key, item]) => [key, asText(item)]));
}

/** An expression that is the whole property keeps the type of its value; JSON text counts as what it says, as in Kestra. */
export async function wholeValue(template: string, context: RenderContext): Promise<Value> {
  const value = await renderTyped(template, context);
  return typeof value === 'string' && /^\s*[[{]/.test(value) ? jsonOrText(value) : value;
}

/** Text as it is, null as nothing, lists and maps as JSON. */
export function asText(value: Value): string {
  if (value === null) return '';
  if (isNumeric(value)) return numberText(value);
  return typeof value === 'object' ? writeJson(value) : String(value);
}
