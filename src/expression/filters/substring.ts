/** `substringBefore`, `substringBeforeLast`, `substringAfter`, `substringAfterLast`: as commons-lang has them. */
import type { Value } from '../../model/value.ts';
import { type Filter, missingArgument } from '../invocable.ts';
import { javaText } from '../java-values.ts';
import { optionalText } from '../typed-arguments.ts';

export const substringFilters = {
  substringBefore: substring('substringBefore', (text, separator) => {
    const index = text.indexOf(separator);
    return index < 0 ? text : text.slice(0, index);
  }),
  substringBeforeLast: substring('substringBeforeLast', (text, separator) => {
    const index = separator === '' ? -1 : text.lastIndexOf(separator);
    return index < 0 ? text : text.slice(0, index);
  }),
  substringAfter: substring('substringAfter', (text, separator) => {
    const index = text.indexOf(separator);
    return index < 0 ? '' : text.slice(index + separator.length);
  }),
  substringAfterLast: substring('substringAfterLast', (text, separator) => {
    const index = separator === '' ? -1 : text.lastIndexOf(separator);
    return index < 0 ? '' : text.slice(index + separator.length);
  }),
} satisfies Record<string, Filter>;

function substring(name: string, cut: (text: string, separator: string) => string): Filter {
  return {
    parameters: ['separator'],
    apply(input, [separator]): Value {
      if (input === null) return null;
      if (separator === undefined) throw missingArgument('filter', name, 'separator');
      const text = javaText(input);
      const wanted = optionalText(separator, 'separator');
      if (wanted === undefined) return name.startsWith('substringBefore') ? text : '';
      return cut(text, wanted);
    },
  };
}
