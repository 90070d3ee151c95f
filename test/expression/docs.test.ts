/** The examples of docs/expressions give what stands beside them, and no filter or function is without one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { precedences } from '../../src/expression/expression-parser.ts';
import { filters } from '../../src/expression/filters/index.ts';
import { functions } from '../../src/expression/functions/index.ts';
import { render } from '../../src/expression/index.ts';
import { tests } from '../../src/expression/tests.ts';
import { context } from './docs-context.ts';

const folder = join(import.meta.dirname, '../../docs/expressions');

interface Example {
  readonly name: string;
  readonly template: string;
  readonly gives: string;
}

/** The rows of all tables with four columns; `\|` is a bar, `⏎` a line break. */
function examplesOf(page: string): readonly Example[] {
  const lines = readFileSync(join(folder, page), 'utf8').split('\n');
  return lines.flatMap(line => {
    const cells = line.split(/(?<!\\)\|/).slice(1, -1);
    const [name = '', , template = '', gives = ''] = cells.map(cell => /^ `(.*)` $/.exec(cell)?.[1] ?? '');
    if (cells.length !== 4 || template === '') return [];
    const text = (cell: string) => cell.replaceAll('\\|', '|').replaceAll('⏎', '\n');
    return [{ name: text(name), template: text(template), gives: text(gives) }];
  });
}

describe.each(['README.md', 'filters.md', 'functions.md'])('%s', page => {
  it.each(examplesOf(page).map(example => [example.name, example] as const))('%s', async (_, { template, gives }) => {
    expect(await render(template, context())).toBe(gives);
  });
});

it.each([
  ['filters.md', 'filters', filters.keys()],
  ['functions.md', 'functions', functions.keys()],
  ['README.md', 'tests', tests.keys()],
  ['README.md', 'operators', [...precedences.keys(), 'not'].filter(name => name !== 'equals')],
])('%s has all %s', (page, _, known) => {
  const documented = new Set(examplesOf(page).map(({ name }) => name));
  expect([...known].filter(name => !documented.has(name))).toEqual([]);
});
