/** Filters of lists: `reverse`, `flatten`, `chunk`, `distinct`. None changes its input. */
import { isNumeric, type Value } from '../../model/value.ts';
import { Fault } from '../expression-error.ts';
import { type Args, type Filter, filter } from '../invocable.ts';
import { className, isJavaList, javaText, kindOf, ofClass } from '../java-values.ts';

const immutable = 'java.util.ImmutableCollections$ListN';

export const listFilters = {
  reverse: filter(input => {
    if (isJavaList(input)) return input.toReversed();
    throw new Fault(`The 'reverse' filter can only be applied to lists, not to ${className(input)}.`);
  }),
  flatten: {
    parameters: [],
    apply(input) {
      if (input === null) return null;
      if (!isJavaList(input)) throw new Fault("The 'flatten' filter can only be applied to lists.");
      const flat = input.flatMap(item => (isJavaList(item) ? item : [item]));
      return ofClass(flat, immutable);
    },
  },
  distinct: {
    apply(input) {
      // Kestra's gives the text for nothing.
      if (input === null) return 'null';
      if (!isJavaList(input)) throw new Fault("The 'distinct' filter can only be applied to lists.");
      return distinct(input);
    },
  },
  chunk: { parameters: ['size'], apply: chunk },
} satisfies Record<string, Filter>;

/** By Java's `equals`; class and text together say the same, in linear time. */
function distinct(items: readonly Value[]): Value {
  const seen = new Map<string, Value>();
  for (const item of items) {
    const key = `${isNumeric(item) ? className(item) : kindOf(item)}:${javaText(item)}`;
    if (!seen.has(key)) seen.set(key, item);
  }
  return [...seen.values()];
}

function chunk(input: Value, [size]: Args): Value {
  if (input === null) return null;
  if (size === undefined) throw new Fault("'chunk' filter expects an argument 'size'.");
  if (!isJavaList(input)) {
    throw new Fault(`'chunk' filter can only be applied to List. Actual type was: ${className(input)}`);
  }
  if (!isNumeric(size)) {
    throw new Fault(`'chunk' filter argument 'size' must be a number. Actual type was: ${className(size)}`);
  }
  const length = Math.trunc(Number(size));
  if (!(length > 0)) throw new Fault(`'chunk' filter argument 'size' must be more than 0, not ${length}`);
  const chunks: Value[] = [];
  for (let from = 0; from < input.length; from += length) chunks.push(input.slice(from, from + length));
  return chunks;
}
