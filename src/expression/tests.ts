/** The tests of `is` and `is not`. `defined` is the compiler's: it must not fail for a missing name. */
import { parseJson } from '../model/json.ts';
import { isList, isMap, isNumeric, numericKind, type Value } from '../model/value.ts';
import { Fault } from './expression-error.ts';
import type { Test } from './invocable.ts';
import { kindOf } from './java-values.ts';

export const tests: ReadonlyMap<string, Test> = new Map([
  ['defined', { holds: input => input !== null }],
  ['null', { holds: input => input === null }],
  ['empty', { holds: isEmpty }],
  ['even', { holds: input => wholeNumber(input, 'even') % 2n === 0n }],
  ['odd', { holds: input => wholeNumber(input, 'odd') % 2n !== 0n }],
  ['iterable', { holds: input => isList(input) }],
  ['map', { holds: input => isMap(input) }],
  ['json', { holds: isJson }],
] satisfies [string, Test][]);

/** Null, a blank text, a list or map without items. */
export function isEmpty(input: Value): boolean {
  if (input === null) return true;
  if (typeof input === 'string') return input.trim() === '';
  if (isList(input)) return input.length === 0;
  return isMap(input) && Object.keys(input).length === 0;
}

function wholeNumber(input: Value, test: string): bigint {
  const kind = isNumeric(input) ? numericKind(input) : undefined;
  if (kind === 'integer' || kind === 'long') return BigInt(input as number | bigint);
  throw new Fault(`The test '${test}' needs a whole number, not ${input === null ? 'null' : `a ${kindOf(input)}`}.`);
}

function isJson(input: Value): boolean {
  if (typeof input !== 'string') throw new Fault(`The test 'json' needs a text, not a ${kindOf(input)}.`);
  // Jackson finds nothing to object to in nothing.
  if (input.trim() === '') return true;
  try {
    parseJson(input);
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
