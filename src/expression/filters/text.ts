/** Filters of texts: `trim`, `abbreviate`, `string`, `slugify`, `startsWith`, `endsWith`. */
import type { Value } from '../../model/value.ts';
import { Fault } from '../expression-error.ts';
import { type Args, type Filter, filter } from '../invocable.ts';
import { javaText } from '../java-values.ts';
import { optionalInteger, textInput } from '../typed-arguments.ts';

export const textFilters = {
  trim: filter(input => trimJava(textInput(input, 'trim'))),
  string: filter(javaText),
  slugify: filter(input => slugify(javaText(input))),
  abbreviate: { parameters: ['length'], apply: abbreviate },
  startsWith: edge('startsWith', (text, part) => text.startsWith(part)),
  endsWith: edge('endsWith', (text, part) => text.endsWith(part)),
} satisfies Record<string, Filter>;

/** Java's `trim` takes every control character for white space and no other Unicode one. */
function trimJava(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && text.charCodeAt(from) <= 32) from++;
  while (to > from && text.charCodeAt(to - 1) <= 32) to--;
  return text.slice(from, to);
}

/** Kestra's: accents and all but ASCII letters, digits and dashes are dropped. */
function slugify(text: string): string {
  const plain = text
    .replace(/\s/g, '-')
    .normalize('NFD')
    .replace(/[^\w-]/g, '');
  const dashed = plain.replaceAll('_', '-').replace(/-{2,}/g, '-');
  return dashed.replace(/^-|-$/g, '').toLowerCase();
}

function abbreviate(input: Value, [length]: Args): Value {
  if (input === null) return null;
  const text = textInput(input, 'abbreviate');
  const width = optionalInteger(length, 'length');
  if (width === undefined) throw new Fault("The 'abbreviate' filter expects an argument 'length'.");
  if (width < 0) throw new Fault('Invalid argument to abbreviate filter; must be greater than zero');
  if (text.length < width || text.length <= 3) return text;
  return width <= 3 ? text.slice(0, width) : `${text.slice(0, width - 3)}...`;
}

function edge(name: string, has: (text: string, part: string) => boolean): Filter {
  return {
    parameters: ['value'],
    apply(input, [value = null]) {
      if (input === null || value === null) {
        throw new Fault(`The '${name}' filter needs a text and an argument 'value'; one of them is null.`);
      }
      return has(javaText(input), javaText(value));
    },
  };
}
