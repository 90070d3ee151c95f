/** `indent(amount, prefix)`: all lines but the first; `nindent`: a new line, then all lines. */
import { toNumber } from '../../model/numbers.ts';
import { isNumeric } from '../../model/value.ts';
import { Fault } from '../expression-error.ts';
import type { Filter } from '../invocable.ts';
import { javaText } from '../java-values.ts';
import { checkTextLength } from '../limits.ts';
import { optionalText } from '../typed-arguments.ts';

export const indentFilters = {
  indent: indent('indent', (text, newLine, filler) => text.split(newLine).join(newLine + filler)),
  nindent: indent('nindent', (text, newLine, filler) => (newLine + text).split(newLine).join(newLine + filler)),
} satisfies Record<string, Filter>;

function indent(name: string, write: (text: string, newLine: string, filler: string) => string): Filter {
  return {
    parameters: ['amount', 'prefix'],
    apply(input, [amount, prefix]) {
      if (input === null) return null;
      const text = javaText(input);
      if (text === '') return text;
      if (amount === undefined || amount === null || !isNumeric(amount) || !Number.isInteger(toNumber(amount))) {
        throw new Fault(`The '${name}' filter expects an integer as argument 'amount'.`);
      }
      const count = toNumber(amount);
      if (!(count >= 0)) throw new Fault(`The '${name}' filter expects a positive integer >=0 as argument 'amount'.`);
      if (prefix === null) throw new Fault(`The '${name}' filter expects a text as argument 'prefix', not null.`);
      const unit = optionalText(prefix, 'prefix') ?? ' ';
      checkTextLength(unit.length * count);
      const newLine = lineSeparator(text);
      const lines = text.split(newLine).length;
      checkTextLength(text.length + lines * unit.length * count);
      return write(text, newLine, unit.repeat(count));
    },
  };
}

function lineSeparator(text: string): string {
  return ['\r\n', '\n\r', '\n', '\r'].find(separator => text.includes(separator)) ?? '\n';
}
