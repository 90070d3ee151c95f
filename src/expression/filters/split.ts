/** `split(delimiter, limit)`: the delimiter is a regular expression, as in Java. */
import { Fault } from '../expression-error.ts';
import type { Filter } from '../invocable.ts';
import { ofClass } from '../java-values.ts';
import { split } from '../regex/java-regex.ts';
import { optionalInteger, optionalText, textInput } from '../typed-arguments.ts';

export const splitFilters = {
  split: {
    parameters: ['delimiter', 'limit'],
    apply(input, [delimiter, limit]) {
      if (input === null) return null;
      const pattern = optionalText(delimiter, 'delimiter');
      if (pattern === undefined) throw new Fault('missing delimiter parameter in split filter');
      const pieces = split(textInput(input, 'split'), pattern, optionalInteger(limit, 'limit') ?? 0);
      return ofClass(pieces, '[Ljava.lang.String;');
    },
  },
} satisfies Record<string, Filter>;
