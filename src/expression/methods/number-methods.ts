/** Methods of java.lang.Number. */
import { compareNumbers, float, type Numeric, toBigInt, toNumber } from '../../model/numbers.ts';
import { double, isNumeric, type Value } from '../../model/value.ts';
import { Fault } from '../expression-error.ts';
import type { Method, Methods } from './method.ts';

export const numberMethods: Methods<Numeric> = new Map<string, Method<Numeric>>([
  ['intValue', value => Number(BigInt.asIntN(32, toBigInt(value)))],
  ['longValue', value => BigInt.asIntN(64, toBigInt(value))],
  ['doubleValue', value => double(toNumber(value))],
  ['floatValue', value => float(toNumber(value))],
  ['compareTo', compareTo],
]);

function compareTo(value: Numeric, [other = null]: readonly Value[]): Value {
  if (!isNumeric(other)) throw new Fault('compareTo needs a number to compare with.');
  return compareNumbers(value, other);
}
