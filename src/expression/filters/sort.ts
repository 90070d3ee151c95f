/** `sort` and `rsort`: Java's natural order; what is sorted must be of one class. */
import { compareNumbers } from '../../model/numbers.ts';
import { isList, isNumeric, type Value } from '../../model/value.ts';
import { Fault } from '../expression-error.ts';
import { type Filter, filter } from '../invocable.ts';
import { className, isJavaArray, isJavaList } from '../java-values.ts';

export const sortFilters = {
  sort: filter(input => sorted(input, 'sort', isJavaList(input) || isJavaArray(input))),
  rsort: filter(input => sorted(input, 'rsort', isJavaList(input)).reverse()),
} satisfies Record<string, Filter>;

function sorted(input: Value, name: string, isSupported: boolean): Value[] {
  if (!isSupported || !isList(input)) throw new Fault(`Unsupported input type for ${name} filter: ${className(input)}`);
  // Java compares nothing then, whatever its class.
  if (input.length < 2) return [...input];
  const [first = null] = input;
  for (const item of input) {
    if (item === null || className(item) !== className(first) || (typeof item === 'object' && !isNumeric(item))) {
      const found = item === null ? 'null' : className(item);
      throw new Fault(`The '${name}' filter needs texts, numbers or booleans of one class; found ${found}`);
    }
  }
  return input.toSorted(naturalOrder);
}

function naturalOrder(left: Value, right: Value): number {
  if (isNumeric(left) && isNumeric(right)) return compareNumbers(left, right);
  const a = left as string | boolean;
  const b = right as string | boolean;
  return a < b ? -1 : a > b ? 1 : 0;
}
