/** `numberFormat(format)`: the patterns of Java's DecimalFormat, in English. */
import { bigDecimal, plainNumberText, toNumber } from '../../model/numbers.ts';
import { isNumeric, javaDoubleText, Real } from '../../model/value.ts';
import { Fault } from '../expression-error.ts';
import type { Filter } from '../invocable.ts';
import { kindOf } from '../java-values.ts';
import { optionalText } from '../typed-arguments.ts';

interface Pattern {
  readonly prefix: string;
  readonly suffix: string;
  /** Digits between two commas; 0 for none. */
  readonly grouping: number;
  readonly minWhole: number;
  readonly minFraction: number;
  readonly maxFraction: number;
  /** Power of ten that the number is multiplied by: 2 for percent. */
  readonly shift: number;
  /** `0.`: the point is there without a digit behind it, too. */
  readonly endsInPoint: boolean;
  /** Of scientific notation, `##0.#E0`: the least digits of the exponent, and the most before the point. */
  readonly exponent?: { readonly minDigits: number; readonly maxWhole: number };
}

/** Java's default for English. */
const defaultFormat = '#,##0.###';

/** DecimalFormat's for an empty pattern. */
const allDigits: Pattern = {
  prefix: '',
  suffix: '',
  grouping: 3,
  minWhole: 0,
  minFraction: 0,
  maxFraction: 340,
  shift: 0,
  endsInPoint: false,
};

export const numberFormatFilter: Filter = {
  parameters: ['format'],
  apply(input, [format]) {
    if (input === null) return null;
    if (!isNumeric(input)) throw new Fault(`The 'numberFormat' filter needs a number, not a ${kindOf(input)}.`);
    const [positive = '', negative] = (optionalText(format, 'format') ?? defaultFormat).split(';');
    const pattern = positive === '' ? allDigits : parsePattern(positive);
    const text = plainText(input, pattern);
    if (text === 'NaN') return text;
    const body = bodyOf(text, pattern);
    if (!text.startsWith('-')) return pattern.prefix + body + pattern.suffix;
    const other = negative ? parsePattern(negative) : pattern;
    const isTold = other.prefix !== pattern.prefix || other.suffix !== pattern.suffix;
    return `${isTold ? '' : '-'}${other.prefix}${body}${other.suffix}`;
  },
};

function bodyOf(text: string, pattern: Pattern): string {
  if (text.endsWith('Infinity')) return '∞';
  return pattern.exponent ? scientific(text, pattern, pattern.exponent) : group(round(text, pattern), pattern);
}

function parsePattern(text: string): Pattern {
  const match = /^((?:'[^']*'|[^#0,.'])*)([#0,]*)(?:(\.)([#0]*))?(?:E(0+))?((?:'[^']*'|[^#0,.'])*)$/.exec(text);
  if (!match) throw new Fault(`Malformed pattern "${text}"`);
  const [, prefix = '', whole = '', point, fraction = '', exponent, suffix = ''] = match;
  if (/0,*#/.test(whole) || /#0/.test(fraction) || (exponent !== undefined && whole.includes(',')))
    throw new Fault(`Malformed pattern "${text}"`);
  const comma = whole.lastIndexOf(',');
  const affixes = (prefix + suffix).replace(/'[^']*'/g, '');
  // Without any 0, Java takes the digit before the point for one, or else the one behind it.
  const isLoose = text.includes('.') && !/0/.test(whole + fraction);
  return {
    prefix: unquote(prefix),
    suffix: unquote(suffix),
    grouping: comma < 0 ? 0 : whole.length - comma - 1,
    minWhole: isLoose && whole !== '' ? 1 : whole.replace(/[^0]/g, '').length,
    minFraction: isLoose && whole === '' ? 1 : fraction.replace(/[^0]/g, '').length,
    maxFraction: fraction.length,
    shift: affixes.includes('%') ? 2 : affixes.includes('‰') ? 3 : 0,
    endsInPoint: point !== undefined && fraction === '',
    ...(exponent !== undefined && { exponent: { minDigits: exponent.length, maxWhole: whole.length } }),
  };
}

function unquote(text: string): string {
  return text.replace(/'([^']*)'/g, (_, quoted: string) => quoted || "'");
}

/** The number in plain decimal digits, times a hundred for percent; a double is multiplied as Java does it. */
function plainText(value: number | bigint | Real, { shift, maxFraction, exponent }: Pattern): string {
  if (typeof value === 'bigint') return (value * 10n ** BigInt(shift)).toString();
  if (value instanceof Real && value.kind === 'big') return shifted(plainNumberText(value), shift);
  const number = toNumber(value) * 10 ** shift;
  if (Object.is(number, -0)) return '-0';
  const written = shifted(javaDoubleText(number), 0);
  // What is rounded off is rounded by its exact value (`toFixed`); else a double has the digits it is written with.
  const fraction = written.split('.')[1] ?? '';
  const isKept = exponent
    ? significant(written, Number.POSITIVE_INFINITY).digits.length <= exponent.maxWhole + maxFraction
    : fraction.length <= maxFraction;
  return isKept || Math.abs(number) >= 1e21 ? written : number.toFixed(30).replace(/\.?0+$/, '');
}

/** A decimal number times a power of ten, without an exponent. */
function shifted(text: string, power: number): string {
  const decimal = bigDecimal(text.includes('E') ? text : `${text}E${power}`);
  return decimal ? plainNumberText(decimal) : text;
}

/** Rounds half to even, as DecimalFormat does, on the digits written. */
function round(text: string, { maxFraction: kept }: Pattern): string {
  const [, whole = '', fraction = ''] = /^-?(\d*)\.?(\d*)$/.exec(text) ?? [];
  const all = whole + fraction.padEnd(kept, '0');
  const cut = whole.length + kept;
  const rest = all.slice(cut);
  let value = BigInt(all.slice(0, cut) || '0');
  const half = `5${'0'.repeat(Math.max(0, rest.length - 1))}`;
  if (rest !== '' && (rest > half || (rest === half && value % 2n === 1n))) value += 1n;
  const digits = value.toString().padStart(kept + 1, '0');
  const point = digits.length - kept;
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}

function group(digits: string, pattern: Pattern): string {
  const [rawWhole = '', rawFraction = ''] = digits.split('.');
  const trimmed = rawWhole.replace(/^0+/, '').padStart(pattern.minWhole, '0');
  let fraction = rawFraction;
  while (fraction.length > pattern.minFraction && fraction.endsWith('0')) fraction = fraction.slice(0, -1);
  const whole = trimmed === '' && fraction === '' ? '0' : trimmed;
  const grouped =
    pattern.grouping === 0 ? whole : whole.replace(new RegExp(`\\B(?=(?:\\d{${pattern.grouping}})+$)`, 'g'), ',');
  return fraction === '' && !pattern.endsInPoint ? grouped : `${grouped}.${fraction}`;
}

/** DecimalFormat's scientific notation: with more places than zeros before the point, the exponent is a multiple of them. */
function scientific(text: string, pattern: Pattern, { minDigits, maxWhole }: NonNullable<Pattern['exponent']>): string {
  const { minWhole, minFraction, maxFraction } = pattern;
  const { digits, pointAt } = significant(text, maxWhole + maxFraction);
  const isMultiple = maxWhole > 1 && maxWhole > minWhole;
  const power = isMultiple
    ? Math.trunc((pointAt - (pointAt >= 1 ? 1 : maxWhole)) / maxWhole) * maxWhole
    : pointAt - minWhole;
  const whole = digits === '' ? (isMultiple ? 1 : minWhole) : pointAt - power;
  const all = digits.padEnd(Math.max(minWhole + minFraction, whole), '0');
  const fraction = all.slice(whole);
  const point = fraction !== '' || pattern.endsInPoint ? '.' : '';
  const exponent = digits === '' ? 0 : power;
  const sign = exponent < 0 ? '-' : '';
  return `${all.slice(0, whole)}${point}${fraction}E${sign}${String(Math.abs(exponent)).padStart(minDigits, '0')}`;
}

/** The digits without zeros at either end, rounded half to even to so many, as 0.digits times ten to the power of `pointAt`. */
function significant(text: string, most: number): { digits: string; pointAt: number } {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const all = (whole + fraction).replace(/^0+/, '');
  const pointAt = all.length - fraction.length;
  if (all.length <= most) return { digits: all.replace(/0+$/, ''), pointAt: all === '' ? 0 : pointAt };
  const rest = all.slice(most);
  const half = `5${'0'.repeat(rest.length - 1)}`;
  const cut = BigInt(all.slice(0, most) || '0');
  const rounded = (rest > half || (rest === half && cut % 2n === 1n) ? cut + 1n : cut).toString();
  return { digits: rounded.replace(/0+$/, ''), pointAt: pointAt + rounded.length - most };
}
