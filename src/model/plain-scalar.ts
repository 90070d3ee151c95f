/**
 * What an unquoted YAML scalar means: YAML 1.1 as SnakeYAML resolves it and Jackson then reads it, since Kestra reads
 * flows that way. `yes` is a boolean and `010` is eight, also where text is wanted: `format: yes` is `true` and a
 * version `1.10` needs its quotes.
 */
import { double, type Value } from './value.ts';

const words: ReadonlyMap<string, boolean | null> = new Map(
  [
    ...['null', '~'].map(word => [word, null] as const),
    ...['true', 'yes', 'on'].map(word => [word, true] as const),
    ...['false', 'no', 'off'].map(word => [word, false] as const),
  ].flatMap(([word, value]) => [
    [word, value],
    [word.toUpperCase(), value],
    [`${word.charAt(0).toUpperCase()}${word.slice(1)}`, value],
  ]),
);

const decimal = /^[-+]?(?:0|[1-9][0-9_]*)$/;
const based = /^([-+]?)0(b[01_]+|x[0-9a-fA-F_]+|[0-7_]+)$/;
const real =
  /^[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?)$/;

/** The value of a plain scalar. Timestamps, `1:30` and `.inf` stay text: as numbers they would surprise. */
export function plainScalar(text: string): Value {
  if (text === '') return null;
  const first = text.charCodeAt(0);
  // Most scalars are words: only + - . and digits can begin a number.
  const numeric = (first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d || first === 0x2e;
  if (!numeric) {
    const word = text.length <= 5 ? words.get(text) : undefined;
    return word === undefined ? text : word;
  }
  if (decimal.test(text)) return integer(BigInt(text.replace(/[_+]/g, '')));
  const other = based.exec(text);
  if (other) return basedInteger(other[1] === '-', other[2] ?? '', text);
  if (real.test(text)) return double(Number(text.replaceAll('_', '')));
  return text;
}

function basedInteger(negative: boolean, digits: string, text: string): Value {
  const clean = digits.replaceAll('_', '');
  if (clean === '' || clean === 'b' || clean === 'x') return text;
  const value = BigInt(/^[bx]/.test(clean) ? `0${clean}` : `0o${clean}`);
  return integer(negative ? -value : value);
}

function integer(value: bigint): number | bigint {
  return BigInt.asIntN(32, value) === value ? Number(value) : value;
}
