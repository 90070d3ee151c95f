/** `escapeChar(type)`: quotes in every text of the input, for use within such quotes. */
import { Fault } from '../expression-error.ts';
import { type Filter, missingArgument } from '../invocable.ts';
import { optionalText } from '../typed-arguments.ts';
import { changeTexts } from './text-walk.ts';

const escapes: ReadonlyMap<string, readonly [string, string]> = new Map([
  ['single', ["'", "\\'"]],
  ['double', ['"', '\\"']],
  ['shell', ["'", "'\\''"]],
]);

export const escapeCharFilter: Filter = {
  parameters: ['type'],
  apply(input, [type]) {
    if (input === null) return null;
    if (type === undefined) throw missingArgument('filter', 'escapeChar', 'type');
    const found = escapes.get(optionalText(type, 'type')?.toLowerCase() ?? '');
    if (!found) {
      throw new Fault(
        "The 'escapeChar' filter expects the value of 'type' to be either 'single', 'double', or 'shell'.",
      );
    }
    const [quote, escaped] = found;
    return changeTexts(input, 'escapeChar', text => text.split(quote).join(escaped));
  },
};
