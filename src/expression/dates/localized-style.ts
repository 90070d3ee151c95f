/** The formats `full`, `long`, `medium` and `short`, as Java's FormatStyle prints them in each language. */
import { convert, type ZonedDateTime } from '@js-joda/core';
import { zoneName } from './locale-text.ts';
import { intlZone } from './zone.ts';

export type Style = 'full' | 'long' | 'medium' | 'short';

export function isStyle(format: string): format is Style {
  return format === 'full' || format === 'long' || format === 'medium' || format === 'short';
}

/** `May 6, 2024, 7:08:09 AM UTC` for `long`; the space before AM is U+202F, as in Java since CLDR 42. */
export function printStyle(style: Style, moment: ZonedDateTime, locale: string): string {
  const timeZone = intlZone(moment.zone());
  const instant = convert(moment).toEpochMilli();
  const write = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { ...options, timeZone })
      .formatToParts(instant)
      .map(part => {
        if (part.type !== 'timeZoneName') return part.value;
        return zoneName(moment, style === 'full' ? 'full' : 'short', locale);
      })
      .join('');
  // ICU joins them by "at" in English; Java joins by a comma (recorded: `May 6, 2024, 7:08:09 AM UTC`).
  const text = locale.startsWith('en')
    ? `${write({ dateStyle: style })}, ${write({ timeStyle: style })}`
    : write({ dateStyle: style, timeStyle: style });
  // V8 puts an ordinary space there: https://github.com/nodejs/node/issues/46123 .
  return text.replace(/ (?=[AP]M\b)/, '\u202f');
}
