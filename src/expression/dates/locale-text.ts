/** Names of months, days, day halves, eras and zones in a language, from ICU. */
import { convert, type ZonedDateTime, ZoneOffset } from '@js-joda/core';
import type { WeekRule } from './weeks.ts';
import { intlZone } from './zone.ts';

export type TextField = 'month' | 'weekday' | 'dayPeriod' | 'era';
export type TextStyle = 'short' | 'full' | 'narrow';

const intlStyle = { short: 'short', full: 'long', narrow: 'narrow' } as const;

/**
 * The language tag of a locale as commons-lang's `LocaleUtils.toLocale` reads it: `fr`, `en_US`, `fr-FR`; a variant
 * behind them changes no names.
 * @throws Error when it is none.
 */
export function localeTag(locale: string | undefined): string {
  if (locale === undefined || locale === '') return 'en-US';
  const [, language, country] = /^([a-z]{2,3})(?:[_-]([A-Z]{2}|\d{3})(?:[_-].+)?)?$/.exec(locale) ?? [];
  if (language === undefined) throw new Error(`Invalid locale format: ${locale}; write one like en_US or fr`);
  return country === undefined ? language : `${language}-${country}`;
}

const tables = new Map<string, readonly string[]>();

/**
 * The names of a field in order: January to December, Monday to Sunday, AM and PM, BC and AD. `standalone` is the form
 * without a day beside it, which some languages spell differently.
 */
export function names(field: TextField, style: TextStyle, locale: string, standalone = false): readonly string[] {
  const key = `${field} ${style} ${locale} ${standalone}`;
  const cached = tables.get(key);
  if (cached) return cached;
  const options = optionsOf(field, style, standalone);
  const formatter = (fields: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(locale, { timeZone: 'UTC', calendar: 'gregory', ...fields });
  const inContext = formatter(options);
  const list = samples(field).map(date => {
    const name = inContext.formatToParts(date).find(part => part.type === field)?.value ?? '';
    // Japanese and Chinese have a number beside a day, and an own word for the month alone.
    if (field === 'month' && style !== 'narrow' && /^\d+$/.test(name))
      return formatter({ month: intlStyle[style] }).format(date);
    // As in the JDK's release of CLDR: `a.\u00a0m.` in Spanish.
    return field === 'dayPeriod' ? name.replaceAll('\u202f', '\u00a0') : name;
  });
  if (tables.size < 1000) tables.set(key, list);
  return list;
}

function optionsOf(field: TextField, style: TextStyle, standalone: boolean): Intl.DateTimeFormatOptions {
  const width = intlStyle[style];
  if (field === 'month') return standalone ? { month: width } : { month: width, day: 'numeric' };
  if (field === 'weekday') return standalone ? { weekday: width } : { weekday: width, day: 'numeric' };
  if (field === 'era') return { era: width, year: 'numeric' };
  return { hour: 'numeric', hour12: true };
}

function samples(field: TextField): number[] {
  if (field === 'month') return Array.from({ length: 12 }, (_, month) => Date.UTC(2024, month, 15));
  // The first of January 2024 was a Monday.
  if (field === 'weekday') return Array.from({ length: 7 }, (_, day) => Date.UTC(2024, 0, 1 + day));
  if (field === 'era') return [Date.UTC(-100, 0, 1), Date.UTC(2024, 0, 1)];
  return [Date.UTC(2024, 0, 1, 6), Date.UTC(2024, 0, 1, 18)];
}

const quarterEndings = ['1st', '2nd', '3rd', '4th'] as const;

/** `Q2`, `2nd quarter`. ICU gives JavaScript no names of quarters: they are English in every language. */
export function quarterName(quarter: number, style: TextStyle): string {
  if (style === 'narrow') return String(quarter);
  return style === 'short' ? `Q${quarter}` : `${quarterEndings[quarter - 1] ?? ''} quarter`;
}

// ICU knows an abbreviation only in the languages of the countries that use it; Java prints it in all.
const abbreviating = ['en-US', 'en-GB', 'en-AU', 'en-NZ', 'en-IN', 'en-ZA', 'ja', 'ko'];

/** `CEST` or `Central European Summer Time`; what has no rules (`+02:00`, `GMT+02:00`) has only its id. */
export function zoneName(moment: ZonedDateTime, style: 'short' | 'full', locale: string): string {
  const zone = moment.zone();
  if (zone instanceof ZoneOffset || /[+-]/.test(zone.id().slice(0, 4)) || zone.id() === 'UT') return zone.id();
  if (style === 'full') return intlZoneName(moment, 'long', locale);
  for (const language of [locale, ...abbreviating]) {
    const name = intlZoneName(moment, 'short', language);
    if (!/[+\-−]\d/.test(name)) return name;
  }
  return `GMT${moment.offset().id()}`;
}

function intlZoneName(moment: ZonedDateTime, style: 'short' | 'long', locale: string): string {
  // To Intl, GMT is UTC; Abidjan has the name of the one where Java has it.
  const timeZone = moment.zone().id() === 'GMT' ? 'Africa/Abidjan' : intlZone(moment.zone());
  const formatter = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: style });
  const part = formatter.formatToParts(convert(moment).toEpochMilli()).find(p => p.type === 'timeZoneName');
  return part?.value ?? moment.zone().id();
}

declare global {
  namespace Intl {
    interface Locale {
      /** https://tc39.es/proposal-intl-locale-info/ , in Node 24; TypeScript's library does not know it yet. */
      getWeekInfo(): { readonly firstDay: number };
    }
  }
}

/** How the locale's country counts weeks; for a language alone Java counts from Sunday. */
export function weekRule(locale: string): WeekRule {
  const { region } = new Intl.Locale(locale);
  if (region === undefined) return { firstDay: 7, minimalDays: 1 };
  const { firstDay } = new Intl.Locale(`und-${region}`).getWeekInfo();
  // ICU for JavaScript dropped the minimal days: 4 in Europe, which starts on Monday, 1 in nearly all other places.
  return { firstDay, minimalDays: europe.has(region) ? 4 : 1 };
}

// CLDR supplemental weekData, minDays 4.
const europe = new Set(
  'AD AN AT AX BE BG CH CZ DE DK EE ES FI FJ FO FR GB GF GG GI GP GR HU IE IM IS IT JE LI LT LU MC MQ NL NO PL PT RE RU SE SJ SK SM VA'.split(
    ' ',
  ),
);
