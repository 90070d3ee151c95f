/** The paths of an expression's outputs. */
import type { Value } from '../../model/value.ts';
import { raise } from './jq-error.ts';
import { excerpt } from './json-text.ts';
import { astray, type Closure, keysOf, root } from './run.ts';

/** Calls `visit` with the path of each output. @throws Raised for an output that is computed. */
export function eachPath(closure: Closure, input: Value, visit: (path: Value[], value: Value) => void): void {
  closure.filter(closure.env, input, root, (value, trail) => {
    closure.env.run.step();
    if (trail === undefined || trail === astray) return raise(`Invalid path expression with result ${excerpt(value)}`);
    visit(keysOf(trail), value);
  });
}

export function pathsOf(closure: Closure, input: Value): Value[][] {
  const paths: Value[][] = [];
  eachPath(closure, input, path => paths.push(path));
  return paths;
}
