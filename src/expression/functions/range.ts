/** `range(start, end, increment)` and `..`: both ends included; numbers, or letters. */
import { toBigInt } from '../../model/numbers.ts';
import { isNumeric, type Value } from '../../model/value.ts';
import { Fault } from '../expression-error.ts';
import type { Frame } from '../frame.ts';
import type { ExpressionFunction } from '../invocable.ts';
import { maxItems } from '../limits.ts';

export const rangeFunction: ExpressionFunction = {
  parameters: ['start', 'end', 'increment'],
  call([start = null, end = null, increment], frame) {
    if (increment === undefined || increment === null) return range(start, end, 1n, frame);
    if (!isNumeric(increment)) throw new Fault('The increment of the range function must be a number');
    return range(start, end, toBigInt(increment), frame);
  },
};

export function range(start: Value, end: Value, step: bigint, frame: Frame): Value {
  if (isNumeric(start) && isNumeric(end)) return numbers(toBigInt(start), toBigInt(end), step, frame);
  if (typeof start === 'string' && typeof end === 'string' && start.length === 1 && end.length === 1) {
    const codes = numbers(BigInt(start.charCodeAt(0)), BigInt(end.charCodeAt(0)), step, frame);
    return codes.map(code => String.fromCharCode(Number(code)));
  }
  throw new Fault('Arguments of range function must be of type Number or String with a length of 1');
}

function numbers(start: bigint, end: bigint, step: bigint, frame: Frame): bigint[] {
  if (step === 0n) throw new Fault('The increment of the range function must be different than 0');
  const count = (end - start) / step + 1n;
  if (step > 0n ? start > end : start < end) return [];
  if (count > BigInt(maxItems)) throw new Fault(`The range has ${count} items, more than ${maxItems}.`);
  frame.charge(Number(count));
  return Array.from({ length: Number(count) }, (_, i) => start + BigInt(i) * step);
}
