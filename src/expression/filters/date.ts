/** `date`, `dateAdd`, `timestamp`, `timestampMilli`, `timestampMicro`, `timestampNano`. */
import type { Value } from '../../model/value.ts';
import { dateOptions, inDates } from '../date-options.ts';
import { Fault } from '../expression-error.ts';
import type { Args, Filter } from '../invocable.ts';
import { datesModule } from '../lazy-modules.ts';
import { optionalText } from '../typed-arguments.ts';

const parameters = ['format', 'timeZone', 'existingFormat', 'locale'];

export const dateFilters = {
  date: {
    parameters,
    apply: (input, args) => (input === null ? null : formatDate(input, args)),
  },
  dateAdd: {
    parameters: ['amount', 'unit', ...parameters],
    apply(input, [amount = null, unit, ...options]) {
      if (input === null) return null;
      const { addToDate } = datesModule();
      const name = optionalText(unit, 'unit');
      if (amount === null || name === undefined) throw new Fault("The 'dateAdd' filter expects 'amount' and 'unit'.");
      return inDates(() => addToDate(input, amount, name, dateOptions(parameters, options)));
    },
  },
  timestamp: timestamp('epochSeconds'),
  timestampMilli: timestamp('epochMillis'),
  timestampMicro: timestamp('epochMicroText'),
  timestampNano: timestamp('epochNanoText'),
} satisfies Record<string, Filter>;

function formatDate(input: Value, args: Args): Value {
  const dates = datesModule();
  return inDates(() => dates.formatDate(input, dateOptions(parameters, args)));
}

function timestamp(name: 'epochSeconds' | 'epochMillis' | 'epochMicroText' | 'epochNanoText'): Filter {
  const names = ['timeZone', 'existingFormat'];
  return {
    parameters: names,
    apply(input, args) {
      if (input === null) return null;
      const dates = datesModule();
      return inDates(() => dates[name](input, dateOptions(names, args)));
    },
  };
}
