/**
 * jq programs over values: jq 1.6's language, in an interpreter of our own.
 *
 * jq compiled to WebAssembly takes 11 s for 528 KiB (measured), and no library on npm is whole. Numbers that a program
 * only passes on keep their kind; computed ones are Integers or Longs where they are integral, else Doubles.
 */
import { isList, isMap, type Value } from '../../model/value.ts';
import { compile } from './compile.ts';
import { JqError, Raised } from './jq-error.ts';
import { jsonText } from './json-text.ts';
import { maxDepth } from './limits.ts';
import { parse } from './parser.ts';
import { type Filter, Run } from './run.ts';
import { emptyScope } from './scope.ts';

export { JqError } from './jq-error.ts';

const programs = new Map<string, Filter>();

/**
 * All outputs of a program. It has no way to the host: no environment, files, further inputs.
 * @throws JqError for a program that is wrong, an error that it does not catch, or more than 10 million steps.
 */
export function jq(program: string, input: Value): Value[] {
  const outputs: Value[] = [];
  try {
    const filter = compiledProgram(program);
    const run = new Run();
    filter({ run, content: null, up: undefined }, input, undefined, value => {
      if (value !== input) checkSize(value, run, 0);
      outputs.push(value);
    });
  } catch (error) {
    if (error instanceof Raised) throw uncaught(error.value);
    // The only RangeErrors left are the engine's: its stack, or a list beyond what it can hold.
    if (error instanceof RangeError) throw new JqError('the jq program or its input is nested too deeply');
    throw error;
  }
  return outputs;
}

function uncaught(value: Value): JqError {
  return new JqError(typeof value === 'string' ? value : `${jsonText(value)} (not a string)`);
}

/** A list that holds one list twice, again and again, takes little memory, but no caller could ever write it. */
function checkSize(value: Value, run: Run, depth: number): void {
  if (!isList(value) && !isMap(value)) return;
  if (depth > maxDepth) throw new JqError(`an output of the jq program is nested more than ${maxDepth} levels deep`);
  const items = isList(value) ? value : Object.values(value);
  run.step(1 + items.length / 16);
  for (const item of items) checkSize(item, run, depth + 1);
}

function compiledProgram(program: string): Filter {
  const cached = programs.get(program);
  if (cached) return cached;
  const filter = compile(parse(program), emptyScope);
  // Programs may be put together from values: keep those that can come again, not all.
  if (programs.size >= 500) programs.clear();
  programs.set(program, filter);
  return filter;
}
