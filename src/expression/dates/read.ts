/** Text to fields, by a pattern's elements: Java's strict parsing of one text against one formatter. */
import type { ZoneId } from '@js-joda/core';
import { names } from './locale-text.ts';
import type { Element, NumberField } from './pattern.ts';
import { zoneOf } from './zone.ts';

/** What a text said, not yet checked against the calendar. */
export interface Fields {
  readonly numbers: Map<NumberField | 'weekday' | 'dayPeriod' | 'era', number>;
  /** Seconds east of UTC. */
  offset?: number;
  zone?: ZoneId;
}

/**
 * Reads the whole text, with English names.
 * @returns the fields, or the index at which the text does not fit; `rest` when only its end was too much.
 */
export function readFields(
  elements: readonly Element[],
  text: string,
): { fields: Fields } | { index: number; rest: boolean } {
  const state: State = { text, fields: { numbers: new Map() } };
  const end = readAll(elements, 0, state);
  if (end < 0) return { index: ~end, rest: false };
  return end < text.length ? { index: end, rest: true } : { fields: state.fields };
}

interface State {
  readonly text: string;
  fields: Fields;
}

/** The index after what was read, or `~index` of what does not fit: one number for both, as there are many calls. */
type End = number;

function readAll(elements: readonly Element[], start: number, state: State): End {
  let at = start;
  for (const [index, element] of elements.entries()) {
    at = read(element, at, state, reservedAfter(elements, index));
    if (at < 0) return at;
  }
  return at;
}

/** Digits that following numbers of fixed width need: a number of open width leaves them, so that `yyyyMMdd` works. */
function reservedAfter(elements: readonly Element[], index: number): number {
  let width = 0;
  for (const next of elements.slice(index + 1)) {
    if (next.kind === 'number' && next.min === next.max && next.sign === 'never') width += next.max;
    else if (next.kind === 'fraction' && next.min === next.max && !next.point) width += next.max;
    else if (next.kind === 'two-digit-year') width += 2;
    else break;
  }
  return width;
}

function read(element: Element, at: number, state: State, reserved: number): End {
  const { text, fields } = state;
  switch (element.kind) {
    case 'literal':
      return text.startsWith(element.text, at) ? at + element.text.length : ~at;
    case 'number':
      return readNumber(element, at, state, reserved);
    case 'two-digit-year': {
      const digits = /^\d\d/.exec(text.slice(at, at + 2))?.[0];
      return digits === undefined ? ~at : set(state, element.field, 2000 + Number(digits), at, at + 2);
    }
    case 'name':
      return readName(element, at, state);
    case 'fraction':
      return readFraction(element, at, state);
    case 'offset':
      return readOffset(element, at, state);
    case 'gmt-offset':
      return readGmtOffset(at, state);
    case 'zone-id':
      return readZone(/^[A-Za-z0-9_+\-/:]+/, at, state);
    case 'zone-name':
      return readZone(/^[A-Za-z_+\-/]+/, at, state);
    case 'optional': {
      const before: Fields = { ...fields, numbers: new Map(fields.numbers) };
      const end = readAll(element.elements, at, state);
      if (end >= 0) return end;
      state.fields = before;
      return at;
    }
    case 'padded': {
      if (at + element.width > text.length) return ~at;
      let start = at;
      while (text[start] === ' ' && start < at + element.width) start += 1;
      const end = read(element.element, start, { ...state, text: text.slice(0, at + element.width) }, 0);
      return end === at + element.width ? end : ~at;
    }
  }
}

function set(
  state: State,
  field: NumberField | 'weekday' | 'dayPeriod' | 'era',
  value: number,
  at: number,
  end: number,
): End {
  const old = state.fields.numbers.get(field);
  if (old !== undefined && old !== value) return ~at;
  state.fields.numbers.set(field, value);
  return end;
}

function countDigits(text: string, at: number, most: number): number {
  let count = 0;
  while (count < most && /\d/.test(text[at + count] ?? '')) count += 1;
  return count;
}

function readNumber(element: Extract<Element, { kind: 'number' }>, start: number, state: State, reserved: number): End {
  const { text } = state;
  const sign = element.sign === 'never' ? '' : (/[+-]/.exec(text[start] ?? '')?.[0] ?? '');
  if (sign === '+' && element.sign === 'normal') return ~start;
  const at = start + sign.length;
  const open = element.min !== element.max || element.sign !== 'never';
  let count = countDigits(text, at, element.max + (open ? reserved : 0));
  if (open && reserved > 0) count = Math.min(element.max, Math.max(element.min, count - reserved));
  if (count < element.min || countDigits(text, at, count) < count) return ~start;
  if (element.sign === 'exceeds-pad' && sign !== '-' && (sign === '+') !== count > element.min) return ~start;
  const value = Number(text.slice(at, at + count));
  return set(state, element.field, sign === '-' ? 0 - value : value, start, at + count);
}

function readName(element: Extract<Element, { kind: 'name' }>, at: number, state: State): End {
  if (element.field === 'quarter') {
    const found = /^(?:Q([1-4])|([1-4])(?:st|nd|rd|th) quarter)/.exec(state.text.slice(at));
    return found ? set(state, 'quarter', Number(found[1] ?? found[2]), at, at + found[0].length) : ~at;
  }
  const list = names(element.field, element.style, 'en-US', element.standalone);
  let best = -1;
  for (const [index, name] of list.entries()) {
    const longer = best < 0 || name.length > (list[best]?.length ?? 0);
    if (name !== '' && longer && state.text.startsWith(name, at)) best = index;
  }
  if (best < 0) return ~at;
  const oneBased = element.field === 'month' || element.field === 'weekday';
  return set(state, element.field, oneBased ? best + 1 : best, at, at + (list[best]?.length ?? 0));
}

function readFraction(element: Extract<Element, { kind: 'fraction' }>, start: number, state: State): End {
  let at = start;
  if (element.point) {
    if (state.text[at] !== '.') return element.min > 0 ? ~at : at;
    at += 1;
  }
  const count = countDigits(state.text, at, element.max);
  if (count < Math.max(element.min, element.point ? 1 : 0)) return ~at;
  const nano = Number(state.text.slice(at, at + count).padEnd(9, '0'));
  return set(state, 'nano', nano, start, at + count);
}

function readOffset(element: Extract<Element, { kind: 'offset' }>, at: number, state: State): End {
  const rest = state.text.slice(at, at + 10);
  if (element.zero !== '' && rest.toUpperCase().startsWith(element.zero.toUpperCase())) {
    state.fields.offset = 0;
    return at + element.zero.length;
  }
  const colon = element.form.includes(':');
  const found = (colon ? /^([+-])(\d\d)(?::(\d\d)(?::(\d\d))?)?/ : /^([+-])(\d\d)(?:(\d\d)(\d\d)?)?/).exec(rest);
  // Java's ISO formats, whose seconds are optional, may have the hours alone.
  const isShort = element.form === '+HHmm' || element.form === '+HH:MM:ss';
  if (!found || (!isShort && found[3] === undefined)) return ~at;
  const size = Number(found[2]) * 3600 + Number(found[3] ?? 0) * 60 + Number(found[4] ?? 0);
  if (size > 18 * 3600) return ~at;
  state.fields.offset = found[1] === '-' ? 0 - size : size;
  return at + found[0].length;
}

function readGmtOffset(at: number, state: State): End {
  const found = /^GMT(?:([+-])(\d{1,2})(?::(\d\d))?)?/.exec(state.text.slice(at));
  if (!found) return ~at;
  const size = Number(found[2] ?? 0) * 3600 + Number(found[3] ?? 0) * 60;
  state.fields.offset = found[1] === '-' ? 0 - size : size;
  return at + found[0].length;
}

/** Abbreviations that Java reads as a region's name, which may be any of several: the usual reading. */
const abbreviations = new Map([
  ['EST', 'America/New_York'],
  ['EDT', 'America/New_York'],
  ['CST', 'America/Chicago'],
  ['CDT', 'America/Chicago'],
  ['MST', 'America/Denver'],
  ['MDT', 'America/Denver'],
  ['PST', 'America/Los_Angeles'],
  ['PDT', 'America/Los_Angeles'],
  ['CET', 'Europe/Paris'],
  ['CEST', 'Europe/Paris'],
  ['EET', 'Europe/Bucharest'],
  ['EEST', 'Europe/Bucharest'],
  ['WET', 'Europe/Lisbon'],
  ['WEST', 'Europe/Lisbon'],
  ['BST', 'Europe/London'],
  ['IST', 'Asia/Kolkata'],
  ['JST', 'Asia/Tokyo'],
  ['KST', 'Asia/Seoul'],
  ['AEST', 'Australia/Sydney'],
  ['AEDT', 'Australia/Sydney'],
]);

function readZone(shape: RegExp, at: number, state: State): End {
  const name = shape.exec(state.text.slice(at))?.[0];
  if (name === undefined) return ~at;
  try {
    state.fields.zone = zoneOf(abbreviations.get(name) ?? name);
    return at + name.length;
  } catch {
    return ~at;
  }
}
