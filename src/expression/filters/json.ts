/** `toJson` and its old name `json`: compact JSON. */
import { writeJson } from '../../model/json.ts';
import { numberText } from '../../model/numbers.ts';
import { isNumeric } from '../../model/value.ts';
import type { Filter } from '../invocable.ts';
import { jsonForm } from '../java-values.ts';

export const jsonFilter: Filter = {
  apply(input) {
    if (input === null) return 'null';
    // As Java spells it: 1.0E-4.
    return isNumeric(input) ? numberText(input) : writeJson(jsonForm(input));
  },
};
