/** Builtins over texts. */
import { isList, type Value } from '../../../model/value.ts';
import { splitText } from '../arithmetic.ts';
import { raise } from '../jq-error.ts';
import { interpolatedText } from '../json-text.ts';
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
  if (!isList(value)) return raise('implode input must be an array');
  const characters = value.map(item => {
    const point = numberOf(item);
    if (point === undefined || Number.isNaN(point)) return raise(`${described(item)} is no code point`);
    // A half of a surrogate pair, and what is beyond Unicode, is no character.
    const valid = point >= 0 && point < 0x110000 && !(point >= 0xd800 && point < 0xe000);
    return String.fromCodePoint(valid ? Math.trunc(point) : 0xfffd);
  });
  return characters.join('');
}

function join(value: Value, separator: Value): string {
  if (!isList(value)) return raise(`Cannot iterate over ${described(value)}`);
  let joined = '';
  for (const [index, item] of value.entries()) {
    if (index > 0) joined += textOf(separator, v => `${described(joined)} and ${described(v)} cannot be added`);
    const isText = item === null || typeof item === 'string';
    if (!isText && typeof item !== 'boolean' && numberOf(item) === undefined) {
      return raise(`${described(joined)} and ${described(item)} cannot be added`);
    }
    joined += isText ? (item ?? '') : interpolatedText(item);
  }
  return joined;
}

// ASCII only, as the names say: JavaScript's own functions change ß and ı too.
const upper = (text: string) => text.replace(/[a-z]+/g, part => part.toUpperCase());
const lower = (text: string) => text.replace(/[A-Z]+/g, part => part.toLowerCase());

export const textFunctions: ValueTable = {
  'explode/0': value =>
    Array.from(
      textOf(value, () => 'explode input must be a string'),
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
