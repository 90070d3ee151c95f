/** `toJson` and its old name `json`: compact JSON. */
import { writeJson } from '../../model/json.ts';
import type { Filter } from '../invocable.ts';

export const jsonFilter: Filter = { apply: input => (input === null ? 'null' : writeJson(input)) };
