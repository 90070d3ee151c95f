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
  // ICU joins long ones by "at", "um", "à"; Java has no word there (recorded: `May 6, 2024, 7:08:09 AM UTC`).
  const text = write({ dateStyle: style }) + glue(style, locale) + write({ timeStyle: style });
  // V8 puts an ordinary space there: https://github.com/nodejs/node/issues/46123 .
  return text.replace(/ (?=[AP]M\b)/, '\u202f');
}

/** Between date and time, as CLDR has it in the JDK's release; seen in Java 21 for the languages named here. */
function glue(style: Style, locale: string): string {
  if (locale === 'pt-PT') return ', ';
  const [language = ''] = locale.split('-');
  const isLong = style === 'full' || style === 'long';
  const isSpace = { ja: true, zh: true, pt: true, it: isLong, fr: style === 'short' }[language];
  return isSpace ? ' ' : ', ';
}
