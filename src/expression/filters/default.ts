/** `default(value)`: for what is missing, null, blank or empty. */
import type { Filter } from '../invocable.ts';
import { isEmpty } from '../tests.ts';

export const defaultFilter: Filter = {
  parameters: ['default'],
  apply: (input, [fallback = null]) => (isEmpty(input) ? fallback : input),
};
