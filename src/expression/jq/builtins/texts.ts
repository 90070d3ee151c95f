/** Builtins over texts. */
import { isList, type Value } from '../../../model/value.ts';
import { splitText } from '../arithmetic.ts';
import { raise } from '../jq-error.ts';
import { jsonText } from '../json-text.ts';
import { described, numberOf } from '../kinds.ts';
import type { ValueFunction, ValueTable } from './builtin.ts';

function textOf(value: Value, message: (value: Value) => string): string {
  return typeof value === 'string' ? value : raise(message(value));
}

function both(value: Value, argument: Value | undefined, message: string): [string, string] {
  if (typeof value !== 'string' || typeof argument !== 'string') return raise(message);
  return [value, argument];
}

/** `change` of a text; anything else is passed through, as jq does for ltrimstr and its like. */
const ifTexts =
  (change: (text: string, argument: string) => string): ValueFunction =>
  (value, [argument]) =>
    typeof value === 'string' && typeof argument === 'string' ? change(value, argument) : value;

const ltrimstr = (text: string, start: string) => (text.startsWith(start) ? text.slice(start.length) : text);
const rtrimstr = (text: string, end: string) => (end !== '' && text.endsWith(end) ? text.slice(0, -end.length) : text);

const trimmed =
  (trim: (text: string) => string): ValueFunction =>
  value =>
    trim(textOf(value, v => `${described(v)} cannot be trimmed`));

function implode(value: Value): string {
  if (!isList(value)) return raise(`${described(value)} cannot be imploded, it must be an array of codepoints`);
  return value
    .map(item => {
      const point = numberOf(item);
      if (point === undefined || !(point >= 0 && point <= 0x10ffff))
        return raise(`${described(item)} is no code point`);
      return String.fromCodePoint(Math.trunc(point));
    })
    .join('');
}

function join(value: Value, separator: Value): string {
  if (!isList(value)) return raise(`Cannot iterate over ${described(value)}`);
  if (value.length === 0) return '';
  const between = textOf(separator, v => `${described(v)} is no separator of texts`);
  return value
    .map(item => {
      if (item === null) return '';
      if (typeof item === 'string') return item;
      if (typeof item === 'boolean' || numberOf(item) !== undefined) return jsonText(item);
      return raise(`${described(between)} and ${described(item)} cannot be added`);
    })
    .join(between);
}

// ASCII only, as the names say: JavaScript's own functions change ß and ı too.
const upper = (text: string) => text.replace(/[a-z]+/g, part => part.toUpperCase());
const lower = (text: string) => text.replace(/[A-Z]+/g, part => part.toLowerCase());

export const textFunctions: ValueTable = {
  'explode/0': value =>
    Array.from(
      textOf(value, v => `${described(v)} cannot be exploded`),
      c => c.codePointAt(0) ?? 0,
    ),
  'implode/0': implode,
  'split/1': (value, [separator]) => splitText(...both(value, separator, 'split input and separator must be strings')),
  'join/1': (value, [separator = null], run) => run.text(join(value, separator)),
  'startswith/1': (value, [start]) => {
    const [text, part] = both(value, start, 'startswith() requires string inputs');
    return text.startsWith(part);
  },
  'endswith/1': (value, [end]) => {
    const [text, part] = both(value, end, 'endswith() requires string inputs');
    return text.endsWith(part);
  },
  'ltrimstr/1': ifTexts(ltrimstr),
  'rtrimstr/1': ifTexts(rtrimstr),
  'trimstr/1': ifTexts((text, part) => rtrimstr(ltrimstr(text, part), part)),
  'trim/0': trimmed(text => text.trim()),
  'ltrim/0': trimmed(text => text.trimStart()),
  'rtrim/0': trimmed(text => text.trimEnd()),
  'ascii_upcase/0': value => upper(textOf(value, () => 'ascii_upcase input must be a string')),
  'ascii_downcase/0': value => lower(textOf(value, () => 'ascii_downcase input must be a string')),
};
