/** `iterationOutput(taskId, iteration)`: the value that a task of this ForEach has given in an iteration before. */
import { toNumber } from '../../model/numbers.ts';
import { isList, isMap, isNumeric, type Value, type ValueMap } from '../../model/value.ts';
import { Fault } from '../expression-error.ts';
import type { ExpressionFunction } from '../invocable.ts';
import { javaText } from '../java-values.ts';

/** As in Kestra: of this task when none is named, of the iteration before when none is; the output named `value`. */
export const iterationOutputFunction: ExpressionFunction = {
  parameters: ['taskId', 'iteration'],
  call([taskId, iteration], frame) {
    const current = property(frame.variable('taskrun'), 'iteration');
    if (!isNumeric(current)) throw new Fault("The 'iterationOutput' function can be used in iterations only.");
    const id = javaText(taskId ?? property(frame.variable('task'), 'id'));
    const wanted = iteration === undefined || iteration === null ? toNumber(current) - 1 : Number(javaText(iteration));
    if (!Number.isInteger(wanted)) {
      throw new Fault("The 'iterationOutput' function expects an argument 'iteration' that is a whole number.");
    }
    if (wanted < 0) throw new Fault('There is no iteration before the first.');
    let outputs: Value = property(frame.variable('outputs'), id);
    const parents = frame.variable('parents') ?? null;
    // The nearest stands first; outputs are nested from the outside in.
    for (const parent of isList(parents) ? parents.toReversed() : [])
      outputs = property(outputs, javaText(property(property(parent, 'taskrun'), 'value')));
    if (!isMap(outputs)) return null;
    return property(outputOf(outputs, wanted), 'value');
  },
};

function outputOf(outputs: ValueMap, iteration: number): Value {
  const values = Object.values(outputs);
  const found = values[iteration];
  if (found !== undefined) return found;
  throw new Fault(`The iteration ${iteration} has no outputs yet: there are those of ${values.length} iterations.`);
}

function property(value: Value | undefined, name: string): Value {
  return value !== undefined && isMap(value) && Object.hasOwn(value, name) ? (value[name] ?? null) : null;
}
