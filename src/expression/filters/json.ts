/** `toJson` and its old name `json`: compact JSON. */
import type { Filter } from '../invocable.ts';
import { printJson } from '../json-output.ts';

export const jsonFilter: Filter = { apply: printJson };
