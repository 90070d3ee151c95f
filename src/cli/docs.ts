/** `windlass docs TYPE`: the page of a task type or task runner, from the schema that validates it. */
import { nearest, nearestType } from '../flow/check/nearest.ts';
import { catalogFor } from './catalog.ts';
import { exitCode } from './exit-code.ts';
import type { Invocation } from './invocation.ts';
import { Refusal } from './refusal.ts';
import { runnerJson, taskJson } from './schema/flow-json-schema.ts';
import type { Json } from './schema/property-json.ts';
import { readSettings, type SettingsOptions } from './settings.ts';
import { folded } from './terminal/fold.ts';
import { type Palette, palette } from './terminal/style.ts';

/** @param name a type, or the end of one: `Log`, `runner.docker.Docker`; all types when it is absent */
export async function docs(
  name: string | undefined,
  options: SettingsOptions,
  { output, environment }: Invocation,
): Promise<number> {
  const { config } = readSettings(options, environment);
  const catalog = catalogFor(config, environment);
  if (name === undefined) {
    output.stdout.write(`${catalog.names().join('\n')}\n`);
    return exitCode.success;
  }
  const exact = catalog.task(name) ?? catalog.runner(name);
  const types = exact ? [exact.type] : catalog.names().filter(type => type.endsWith(`.${name}`));
  const [type] = types;
  if (type === undefined) {
    const ends = new Map(catalog.names().map(each => [each.slice(each.lastIndexOf('.') + 1), each]));
    const end = nearest(name, ends.keys());
    const near = nearestType(name, catalog.names()) ?? (end && ends.get(end));
    throw new Refusal(
      'unknown-type',
      `There is no type ${name}. ${near ? `Did you mean ${near}?` : 'All types: windlass docs'}`,
    );
  }
  if (types.length > 1) throw new Refusal('unknown-type', `Several types end with ${name}:\n  ${types.join('\n  ')}`);
  const task = catalog.task(type);
  const runner = catalog.runner(type);
  const json = task ? taskJson(task) : runner && runnerJson(runner);
  const aliases = (task ?? runner)?.aliases ?? [];
  const { colors, width } = output.stdout;
  if (json) output.stdout.write(folded(page(type, aliases, json, palette(colors)), width));
  return exitCode.success;
}

function page(type: string, aliases: readonly string[], json: Json, style: Palette): string {
  const also = aliases.length === 0 ? '' : `${style.dim(`Also: ${aliases.join(', ')}`)}\n`;
  const lines = propertyLines(json, '  ', style, ([name]) => name !== 'type');
  return `${style.bold(type)}\n${json.title}\n${also}\n${style.bold('PROPERTIES')}\n${lines}`;
}

/** The properties of a map, required ones first, with those of the maps in it below them. */
function propertyLines(
  json: Json,
  indent: string,
  style: Palette,
  isShown: (property: [string, Json]) => boolean = () => true,
): string {
  const required = new Set(json.required as string[] | undefined);
  const properties = Object.entries(json.properties as Record<string, Json>).filter(isShown);
  const sorted = properties.toSorted(([a], [b]) => Number(required.has(b)) - Number(required.has(a)));
  const lines = sorted.map(([name, each]) => {
    const marks = [
      kindOf(each),
      ...(required.has(name) ? ['required'] : []),
      ...(each.default === undefined ? [] : [`default ${JSON.stringify(each.default)}`]),
      ...(each.deprecated === true ? ['deprecated'] : []),
    ].filter(mark => mark !== '');
    const examples = Array.isArray(each.examples) ? each.examples.map(example => JSON.stringify(example)) : [];
    const about = [
      ...[each.title, each.description].filter(text => typeof text === 'string'),
      ...(examples.length > 0 ? [`For example: ${examples.join(' or ')}`] : []),
    ];
    const inner = mapWithin(each);
    const below = inner ? propertyLines(inner, `${indent}  `, style) : '';
    return `${indent}${style.accent(name)}  ${style.dim(marks.join(', '))}\n${about.map(text => `${indent}    ${text}\n`).join('')}${below}`;
  });
  return lines.join('');
}

/** The map with properties of its own that a property is, or a list of. */
function mapWithin(json: Json): Json | undefined {
  if (json.properties) return json;
  if (Array.isArray(json.anyOf)) return json.anyOf.map(each => mapWithin(each as Json)).find(each => each);
  return json.items ? mapWithin(json.items as Json) : undefined;
}

function kindOf(json: Json): string {
  if (typeof json.default === 'boolean') return 'boolean';
  if (Array.isArray(json.enum)) return json.enum.join(' | ');
  if (Array.isArray(json.anyOf)) {
    return [...new Set(json.anyOf.map(each => kindOf(each as Json)))].filter(kind => kind !== '').join(' or ');
  }
  if (json.$ref === '#/$defs/runner') return 'a task runner';
  if (json.$ref === '#/$defs/retry') return 'a retry';
  if (json.type === 'array') {
    const items = json.items as Json | undefined;
    return items?.$ref === '#/$defs/task' ? 'tasks' : 'list';
  }
  if (json.type === 'object') return 'map';
  if (Array.isArray(json.type)) return 'text';
  return json.type === 'string' ? '' : String(json.type ?? '');
}
