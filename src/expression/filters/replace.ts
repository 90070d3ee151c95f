/** `replace({from: to …}, regexp=false)`: each pair in order, in every text of the input. */
import { isMap } from '../../model/value.ts';
import { Fault } from '../expression-error.ts';
import type { Filter } from '../invocable.ts';
import { javaText, kindOf } from '../java-values.ts';
import { checkTextLength } from '../limits.ts';
import { replaceAll } from '../regex/java-regex.ts';
import { optionalBoolean } from '../typed-arguments.ts';
import { changeTexts } from './text-walk.ts';

export const replaceFilter: Filter = {
  parameters: ['replace_pairs', 'regexp'],
  apply(input, [replacements = null, regexp]) {
    if (input === null) return null;
    if (replacements === null) throw new Fault("The argument 'replace_pairs' is required.");
    const isPattern = optionalBoolean(regexp, 'regexp') ?? false;
    if (!isMap(replacements)) {
      throw new Fault(`The argument 'replace_pairs' must be a map such as {'a': 'b'}, not a ${kindOf(replacements)}.`);
    }
    const pairs = Object.entries(replacements).map(([from, to]) => {
      if (to === null) throw new Fault(`The argument 'replace_pairs' has nothing to replace '${from}' by.`);
      return [from, javaText(to)] as const;
    });
    return changeTexts(input, 'replace', text => {
      let result = text;
      for (const [from, to] of pairs) {
        result = isPattern ? replaceAll(result, from, to) : replaceText(result, from, to);
        checkTextLength(result.length);
      }
      return result;
    });
  },
};

/** An empty `from` stands between all characters and at both ends, as in Java. */
function replaceText(text: string, from: string, to: string): string {
  const pieces = text.split(from);
  checkTextLength(text.length + pieces.length * to.length);
  return from === '' ? to + pieces.map(piece => piece + to).join('') : pieces.join(to);
}
