/** What a runner would refuse of the properties of a flow, found before anything is run. */
import { isExpression } from '../flow/check/judge-issue.ts';
import type { PropertyFault } from '../model/catalog.ts';
import { isList, isMap, type Value, type ValueMap } from '../model/value.ts';
import { RefusedProperty } from './property-reader.ts';

/** Each property is read alone, so that all are told; one that holds an expression anywhere is left to the run. */
export function refusedLiterals(properties: ValueMap, read: (properties: ValueMap) => unknown): PropertyFault[] {
  return Object.entries(properties).flatMap(([name, value]) => {
    if (holdsExpression(value)) return [];
    try {
      read({ [name]: value });
      return [];
    } catch (error) {
      if (!(error instanceof RefusedProperty)) throw error;
      return [{ path: error.path, message: error.problem }];
    }
  });
}

function holdsExpression(value: Value): boolean {
  if (isList(value)) return value.some(holdsExpression);
  return isMap(value) ? Object.values(value).some(holdsExpression) : isExpression(value);
}
