/** All builtin functions by name, and why some of jq's are not here. */
import type { Position } from '../../../model/flow.ts';
import { JqError } from '../jq-error.ts';
import type { FilterFunction, FilterTable, ValueFunction, ValueTable } from './builtin.ts';
import { dateFunctions } from './dates.ts';
import { definitions } from './definitions.ts';
import { entryFunctions } from './entries.ts';
import { flowFunctions } from './flow.ts';
import { listFunctions } from './lists.ts';
import { numberFunctions } from './numbers.ts';
import { pathFilters, pathFunctions } from './paths.ts';
import { regexFilters } from './regex.ts';
import { sortingFilters, sortingFunctions } from './sorting.ts';
import { streamFilters } from './streams.ts';
import { textFunctions } from './texts.ts';
import { typeFunctions } from './types.ts';

export type Builtin =
  | { readonly kind: 'value'; readonly apply: ValueFunction }
  | { readonly kind: 'filter'; readonly apply: FilterFunction }
  | { readonly kind: 'defined'; readonly source: string };

const valueTables: readonly ValueTable[] = [
  dateFunctions,
  listFunctions,
  numberFunctions,
  pathFunctions,
  sortingFunctions,
  textFunctions,
  typeFunctions,
];
const filterTables: readonly FilterTable[] = [
  entryFunctions,
  flowFunctions,
  pathFilters,
  regexFilters,
  sortingFilters,
  streamFilters,
];

const environment = 'a program cannot see the environment';
const input = 'a program has the one input that it is given';
const process = 'a program cannot end the process';
const refused: Readonly<Record<string, string>> = {
  env: environment,
  input,
  inputs: input,
  input_filename: input,
  input_line_number: input,
  halt: process,
  halt_error: process,
  get_search_list: 'a program has no modules here',
  modulemeta: 'a program has no modules here',
  localtime: 'the zone of this machine would decide; use gmtime',
  strflocaltime: 'the zone of this machine would decide; use strftime',
  gamma_r: 'use lgamma',
  lgamma_r: 'use lgamma',
};

/**
 * The builtin of a name and number of arguments.
 * @throws JqError for one that is unknown, or refused by name.
 */
export function findBuiltin(name: string, arity: number, position: Position): Builtin {
  const key = `${name}/${arity}`;
  if (key === 'builtins/0') return { kind: 'value', apply: builtinNames };
  for (const table of valueTables)
    if (Object.hasOwn(table, key) && table[key]) return { kind: 'value', apply: table[key] };
  for (const table of filterTables)
    if (Object.hasOwn(table, key) && table[key]) return { kind: 'filter', apply: table[key] };
  if (Object.hasOwn(definitions, key) && definitions[key]) return { kind: 'defined', source: definitions[key] };
  if (Object.hasOwn(refused, name)) throw new JqError(`'${name}' is not supported: ${refused[name]}`, position);
  const others = builtinNames().filter(other => other.startsWith(`${name}/`));
  throw new JqError(`${key} is not defined${others.length > 0 ? `, but ${others.join(' and ')} is` : ''}`, position);
}

function builtinNames(): string[] {
  return [...valueTables, ...filterTables, definitions].flatMap(table => Object.keys(table)).concat('builtins/0');
}
