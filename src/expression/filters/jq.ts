/** `jq(expression)`: always a list of results. A text is read as JSON first. */
import { parseJson } from '../../model/json.ts';
import type { Value } from '../../model/value.ts';
import { withoutNulls } from '../../model/without-nulls.ts';
import { Fault } from '../expression-error.ts';
import { type Filter, missingArgument } from '../invocable.ts';
import { className } from '../java-values.ts';
import { jqModule } from '../lazy-modules.ts';
import { optionalText } from '../typed-arguments.ts';

export const jqFilter: Filter = {
  parameters: ['expression'],
  apply(input, [expression]) {
    if (input === null) return null;
    if (expression === undefined) throw missingArgument('filter', 'jq', 'expression');
    const { jq, JqError } = jqModule();
    const program = optionalText(expression, 'expression');
    if (program === undefined) throw new Fault("The 'jq' filter needs a text as its argument 'expression', not null.");
    try {
      // Jackson leaves null in maps out of the JSON that it makes for jq.
      return jq(program, typeof input === 'string' ? parseInput(input) : withoutNulls(input));
    } catch (error) {
      if (!(error instanceof JqError)) throw error;
      throw new Fault(`jq '${program}' failed on a ${className(input)}: ${error.message}`, { cause: error });
    }
  },
};

function parseInput(text: string): Value {
  // As Jackson reads nothing at all.
  if (text.trim() === '') return null;
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Fault('Unable to parse jq value: the text is not JSON; for a JSON text write `| toJson | jq(…)`.');
  }
}
