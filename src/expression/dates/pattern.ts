/** Java's DateTimeFormatter patterns as a list of elements that printing and reading share. */
import type { TextStyle } from './locale-text.ts';

export type NumberField =
  | 'year'
  | 'yearOfEra'
  | 'weekYear'
  | 'isoWeekYear'
  | 'month'
  | 'day'
  | 'dayOfYear'
  | 'quarter'
  | 'week'
  | 'isoWeek'
  | 'weekOfMonth'
  | 'isoDayOfWeek'
  | 'localDayOfWeek'
  | 'weekInMonth'
  | 'hour'
  | 'clockHour'
  | 'hourOfHalf'
  | 'clockHourOfHalf'
  | 'minute'
  | 'second'
  | 'milliOfDay'
  | 'nano'
  | 'nanoOfDay'
  | 'modifiedJulianDay';

export type NamedField = 'month' | 'weekday' | 'dayPeriod' | 'era' | 'quarter';

/** When a number's sign is written: as Java's SignStyle. */
export type SignStyle = 'normal' | 'exceeds-pad' | 'never';

export type Element =
  | { readonly kind: 'literal'; readonly text: string }
  | {
      readonly kind: 'number';
      readonly field: NumberField;
      readonly min: number;
      readonly max: number;
      readonly sign: SignStyle;
    }
  | { readonly kind: 'two-digit-year'; readonly field: 'year' | 'yearOfEra' | 'weekYear' }
  | { readonly kind: 'name'; readonly field: NamedField; readonly style: TextStyle; readonly standalone: boolean }
  | { readonly kind: 'fraction'; readonly min: number; readonly max: number; readonly point: boolean }
  | { readonly kind: 'offset'; readonly form: OffsetForm; readonly zero: string }
  | { readonly kind: 'gmt-offset'; readonly style: 'short' | 'full' }
  | { readonly kind: 'zone-id'; readonly regionOnly: boolean }
  | { readonly kind: 'zone-name'; readonly style: 'short' | 'full' }
  | { readonly kind: 'optional'; readonly elements: readonly Element[] }
  | { readonly kind: 'padded'; readonly width: number; readonly element: Element };

/** Capital letters: always written. Small ones: only when not zero. */
export type OffsetForm = '+HHmm' | '+HHMM' | '+HH:MM' | '+HHMMss' | '+HH:MM:ss';

/**
 * The elements of a pattern such as `yyyy-MM-dd'T'HH:mm[:ss.SSS]XXX`.
 * See https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/time/format/DateTimeFormatter.html#patterns .
 * @throws Error in Java's words.
 */
export function parsePattern(pattern: string): readonly Element[] {
  const stack: Element[][] = [[]];
  const push = (element: Element) => stack.at(-1)?.push(element);
  let at = 0;
  while (at < pattern.length) {
    const character = pattern[at] ?? '';
    if (/[A-Za-z]/.test(character)) {
      const { element, end } = letters(pattern, at);
      push(element);
      at = end;
    } else if (character === "'") {
      const { text, end } = quoted(pattern, at);
      push({ kind: 'literal', text });
      at = end;
    } else if (character === '[') {
      stack.push([]);
      at += 1;
    } else if (character === ']') {
      const elements = stack.length > 1 ? stack.pop() : undefined;
      if (!elements) throw new Error('Pattern invalid as it contains ] without previous [');
      push({ kind: 'optional', elements });
      at += 1;
    } else if (character === '{' || character === '}' || character === '#') {
      throw new Error(`Pattern includes reserved character: '${character}'`);
    } else {
      push({ kind: 'literal', text: character });
      at += 1;
    }
  }
  // As in Java, sections that are still open are closed by the end.
  while (stack.length > 1) {
    const elements = stack.pop() ?? [];
    push({ kind: 'optional', elements });
  }
  return stack[0] ?? [];
}

function quoted(pattern: string, start: number): { text: string; end: number } {
  let text = '';
  for (let at = start + 1; at < pattern.length; at += 1) {
    if (pattern[at] !== "'") text += pattern[at];
    else if (pattern[at + 1] === "'") {
      text += "'";
      at += 1;
    } else return { text: text === '' ? "'" : text, end: at + 1 };
  }
  throw new Error(`Pattern ends with an incomplete string literal: ${pattern}`);
}

function runLength(pattern: string, at: number): number {
  let end = at;
  while (pattern[end] === pattern[at]) end += 1;
  return end - at;
}

function letters(pattern: string, at: number): { element: Element; end: number } {
  const letter = pattern[at] ?? '';
  const count = runLength(pattern, at);
  if (letter !== 'p') return { element: elementOf(letter, count), end: at + count };
  const next = pattern[at + count];
  if (next === undefined || !/[A-Za-z]/.test(next)) {
    throw new Error(`Pad letter 'p' must be followed by valid pad pattern: ${pattern}`);
  }
  const padded = letters(pattern, at + count);
  return { element: { kind: 'padded', width: count, element: padded.element }, end: padded.end };
}

const number = (field: NumberField, min = 1, max = 19, sign: SignStyle = 'normal'): Element => ({
  kind: 'number',
  field,
  min,
  max,
  sign,
});

function elementOf(letter: string, count: number): Element {
  const twoDigits = twoDigitFields.get(letter);
  if (twoDigits) {
    atMost(letter, count, 2);
    return count === 1 ? number(twoDigits) : number(twoDigits, 2, 2, 'never');
  }
  const year = yearFields.get(letter);
  if (year) {
    if (count === 2) return { kind: 'two-digit-year', field: year };
    return number(year, count, 19, count < 4 ? 'normal' : 'exceeds-pad');
  }
  const wide = wideFields.get(letter);
  if (wide) return number(wide, count, 19, letter === 'g' ? 'normal' : 'never');
  const build = others[letter];
  if (!build || !Object.hasOwn(others, letter)) throw new Error(`Unknown pattern letter: ${letter}`);
  return build(count);
}

function atMost(letter: string, count: number, most: number): void {
  if (count > most) throw new Error(`Too many pattern letters: ${letter}`);
}

const twoDigitFields = new Map<string, NumberField>([
  ['d', 'day'],
  ['h', 'clockHourOfHalf'],
  ['H', 'hour'],
  ['k', 'clockHour'],
  ['K', 'hourOfHalf'],
  ['m', 'minute'],
  ['s', 'second'],
  ['w', 'week'],
]);
const yearFields = new Map([
  ['u', 'year'],
  ['y', 'yearOfEra'],
  ['Y', 'weekYear'],
] as const) as ReadonlyMap<string, 'year' | 'yearOfEra' | 'weekYear'>;
const wideFields = new Map<string, NumberField>([
  ['A', 'milliOfDay'],
  ['n', 'nano'],
  ['N', 'nanoOfDay'],
  ['g', 'modifiedJulianDay'],
]);

const others: Readonly<Record<string, (count: number) => Element>> = {
  M: count => numberOrName('M', 'month', 'month', count, false),
  L: count => numberOrName('L', 'month', 'month', count, true),
  Q: count => numberOrName('Q', 'quarter', 'quarter', count, false),
  q: count => numberOrName('q', 'quarter', 'quarter', count, true),
  e: count => numberOrName('e', 'localDayOfWeek', 'weekday', count, false),
  c: count => {
    if (count === 2) throw new Error('Invalid pattern "cc"');
    return numberOrName('c', 'localDayOfWeek', 'weekday', count, true);
  },
  E: count => name('E', 'weekday', count),
  G: count => name('G', 'era', count),
  a: count => {
    atMost('a', count, 1);
    return name('a', 'dayPeriod', 1);
  },
  D: count => {
    atMost('D', count, 3);
    return number('dayOfYear', count, 3, 'never');
  },
  F: count => {
    atMost('F', count, 1);
    return number('weekInMonth');
  },
  W: count => {
    atMost('W', count, 1);
    return number('weekOfMonth');
  },
  S: count => {
    if (count > 9) throw new Error(`The minimum width must be from 0 to 9 inclusive but was ${count}`);
    return { kind: 'fraction', min: count, max: count, point: false };
  },
  V: count => {
    if (count !== 2) throw new Error('Pattern letter count must be 2: V');
    return { kind: 'zone-id', regionOnly: false };
  },
  v: count => {
    if (count !== 1 && count !== 4) throw new Error(`Wrong number of pattern letters: v`);
    return { kind: 'zone-name', style: count === 4 ? 'full' : 'short' };
  },
  z: count => {
    atMost('z', count, 4);
    return { kind: 'zone-name', style: count === 4 ? 'full' : 'short' };
  },
  Z: count => {
    atMost('Z', count, 5);
    if (count === 4) return { kind: 'gmt-offset', style: 'full' };
    return count < 4 ? offset('+HHMM', '+0000') : offset('+HH:MM:ss', 'Z');
  },
  O: count => {
    if (count !== 1 && count !== 4) throw new Error('Pattern letter count must be 1 or 4: O');
    return { kind: 'gmt-offset', style: count === 4 ? 'full' : 'short' };
  },
  X: count => {
    atMost('X', count, 5);
    return offset(offsetForms[count - 1] ?? '+HH:MM', 'Z');
  },
  x: count => {
    atMost('x', count, 5);
    return offset(offsetForms[count - 1] ?? '+HH:MM', count === 1 ? '+00' : count % 2 === 0 ? '+0000' : '+00:00');
  },
};

const offsetForms: readonly OffsetForm[] = ['+HHmm', '+HHMM', '+HH:MM', '+HHMMss', '+HH:MM:ss'];
const styles: readonly TextStyle[] = ['short', 'short', 'short', 'full', 'narrow'];

function offset(form: OffsetForm, zero: string): Element {
  return { kind: 'offset', form, zero };
}

function name(letter: string, field: NamedField, count: number, standalone = false): Element {
  atMost(letter, count, 5);
  return { kind: 'name', field, style: styles[count - 1] ?? 'short', standalone };
}

function numberOrName(
  letter: string,
  field: NumberField,
  named: NamedField,
  count: number,
  standalone: boolean,
): Element {
  if (count > 2) return name(letter, named, count, standalone);
  return count === 1 ? number(field) : number(field, 2, 2, 'never');
}
