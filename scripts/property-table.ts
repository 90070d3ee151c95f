/**
 * Writes the tables of properties in docs/runners/ from the runners' own schemas: `node scripts/property-table.ts`.
 * A page holds `<!-- properties of TYPE -->` and `<!-- end of properties -->`; what stands between is replaced.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { toJSONSchema } from 'zod';
import type { Declaration } from '../src/model/catalog.ts';
import { dockerDeclaration } from '../src/runners/docker/declaration.ts';
import { kubernetesDeclaration } from '../src/runners/kubernetes/declaration.ts';

export const pages = join(import.meta.dirname, '../docs/runners');

const declarations: readonly Declaration[] = [dockerDeclaration, kubernetesDeclaration];

interface Property {
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly Property[];
  readonly properties?: Readonly<Record<string, Property>>;
  readonly items?: Property;
}

/** The page with its tables as the schemas say now. @throws Error for a type that has no schema here */
export function withTables(page: string): string {
  return page.replace(
    /(<!-- properties of (\S+) -->\n)[\s\S]*?(<!-- end of properties -->)/g,
    (_, begin: string, type: string, end: string) => {
      const declaration = declarations.find(one => one.type === type);
      if (!declaration) throw new Error(`there is no runner ${type} whose properties could be shown`);
      return `${begin}\n${table(declaration)}${end}`;
    },
  );
}

function table(declaration: Declaration): string {
  const schema = toJSONSchema(declaration.schema(), { io: 'input', unrepresentable: 'any' }) as Property;
  const rows = rowsOf(schema, '').filter(row => !row.startsWith('| `type` '));
  return ['| Property | Kind | Default | What it does |', '|---|---|---|---|', ...rows, ''].join('\n');
}

function rowsOf({ properties = {} }: Property, path: string): string[] {
  return Object.entries(properties).flatMap(([name, property]) => {
    const inner = property.properties ? property : property.items;
    const place = `${path}${name}${property.items?.properties ? '[]' : ''}`;
    const said = [property.title, property.description].filter(Boolean).join('. ').replace(/\.\./g, '.');
    const standard = property.default === undefined ? '' : `\`${JSON.stringify(property.default)}\``;
    const cells = [`\`${place}\``, kindOf(property), standard, said].map(cell => cell.replaceAll('|', '\\|'));
    return [`| ${cells.join(' | ')} |`, ...(inner?.properties ? rowsOf(inner, `${place}.`) : [])];
  });
}

const words = new Map([
  ['string', 'text'],
  ['object', 'map'],
  ['boolean', 'true or false'],
]);

function kindOf({ enum: choices, type, anyOf, items }: Property): string {
  if (choices) return choices.join(', ');
  if (anyOf) return [...new Set(anyOf.map(kindOf))].join(' or ');
  if (type === 'array') return items?.properties ? 'list of maps' : 'list';
  return [type ?? 'anything']
    .flat()
    .map(one => words.get(one) ?? one)
    .join(' or ');
}

if (import.meta.main) {
  for (const name of readdirSync(pages)) {
    const path = join(pages, name);
    writeFileSync(path, withTables(readFileSync(path, 'utf8')));
  }
}
