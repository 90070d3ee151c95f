/** `currentEachOutput(outputs.task)`: the output of this iteration, through all ForEach around it. */
import { isList, isMap, type Value } from '../../model/value.ts';
import { Fault } from '../expression-error.ts';
import { type ExpressionFunction, missingArgument } from '../invocable.ts';
import { javaText } from '../java-values.ts';

export const eachOutputFunction: ExpressionFunction = {
  parameters: ['outputs'],
  call([outputs], frame) {
    if (outputs === undefined) throw missingArgument('function', 'currentEachOutput', 'outputs');
    if (!isMap(outputs)) {
      throw new Fault("The 'currentEachOutput' function expects an argument 'outputs' with type map.");
    }
    const parents = frame.variable('parents') ?? null;
    // The nearest parent stands first; outputs are nested from the outside in.
    const outsideIn = isList(parents) ? parents.toReversed() : [];
    const taskruns = [...outsideIn.map(parent => property(parent, 'taskrun')), frame.variable('taskrun') ?? null];
    let found: Value = outputs;
    for (const taskrun of taskruns) {
      if (!isMap(taskrun)) continue;
      const iteration = javaText(property(taskrun, 'value'));
      found = property(found, iteration);
      if (found === null) throw new Fault(`The outputs have none of the iteration '${iteration}'.`);
    }
    return found;
  },
};

function property(value: Value, name: string): Value {
  return isMap(value) && Object.hasOwn(value, name) ? (value[name] ?? null) : null;
}
