/** `now(format, timeZone, existingFormat, locale)`. */
import { dateOptions, inDates } from '../date-options.ts';
import type { Frame } from '../frame.ts';
import type { ExpressionFunction } from '../invocable.ts';
import { datesModule } from '../lazy-modules.ts';

const parameters = ['format', 'timeZone', 'existingFormat', 'locale'];

export const nowFunction: ExpressionFunction = {
  parameters,
  call(args, frame) {
    const { nowText } = datesModule();
    return inDates(() => nowText(currentTime(frame), dateOptions(parameters, args)));
  },
};

/** Milliseconds since 1970, with a fraction where the clock has one. */
export function currentTime(frame: Frame): number {
  return frame.context.services.now?.() ?? performance.timeOrigin + performance.now();
}
