/** `slice(fromIndex, toIndex)` of a text or list. */
import { Fault } from '../expression-error.ts';
import type { Filter } from '../invocable.ts';
import { className, isJavaArray, isJavaList } from '../java-values.ts';
import { optionalInteger } from '../typed-arguments.ts';

export const sliceFilter: Filter = {
  parameters: ['fromIndex', 'toIndex'],
  apply(input, [fromIndex, toIndex]) {
    if (input === null) return null;
    const from = optionalInteger(fromIndex, 'fromIndex') ?? 0;
    if (from < 0) throw new Fault('fromIndex must be greater than 0');
    if (typeof input !== 'string' && !isJavaList(input) && !isJavaArray(input)) {
      throw new Fault(
        `Slice filter can only be applied to String, List and array inputs. Actual type was: ${className(input)}`,
      );
    }
    const { length } = input;
    const to = optionalInteger(toIndex, 'toIndex');
    if (to !== undefined && to > length) throw new Fault(`toIndex must be smaller than input size: ${length}`);
    if (to !== undefined && from >= to) throw new Fault('toIndex must be greater than fromIndex');
    if (from > length) throw new Fault(`fromIndex ${from} is behind the end of the input, whose size is ${length}`);
    return input.slice(from, to ?? length);
  },
};
