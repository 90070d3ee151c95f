/**
 * Values as YAML, spelt as Kestra's `yaml` filter does: Jackson with SnakeYAML, quotes where needed, list items
 * indented by one space, a map in a list on the line after its dash.
 */
import { numberText } from '../model/numbers.ts';
import { isList, isMap, isNumeric, type Value } from '../model/value.ts';

export function writeYaml(value: Value): string {
  // SnakeYAML marks the begin of a document that is an empty text.
  if (value === '') return '--- ""\n';
  const lines: string[] = [];
  writeNode(value, '', 0, -1, lines);
  return `${lines.join('\n')}\n`;
}

/**
 * Writes a node behind `lead`, which is what stands on its first line already. `column` is where nested nodes begin;
 * `parent` is the indentation of the collection around it.
 */
function writeNode(value: Value, lead: string, column: number, parent: number, lines: string[]): void {
  if (isMap(value) && Object.keys(value).length > 0) {
    if (lead !== '') lines.push(lead);
    for (const [key, item] of Object.entries(value)) writeEntry(key, item, column, lines);
  } else if (isList(value) && value.length > 0) {
    if (lead !== '') lines.push(lead);
    const dash = `${' '.repeat(column)} -`;
    for (const item of value) writeNode(item, dash, column + 2, column, lines);
  } else {
    lines.push(`${lead}${lead === '' ? '' : ' '}${scalar(value, Math.max(parent, 0) + 2)}`);
  }
}

/** A list below a key is not indented further than the key. */
function writeEntry(key: string, item: Value, column: number, lines: string[]): void {
  const lead = `${' '.repeat(column)}${scalarKey(key)}:`;
  writeNode(item, lead, isList(item) ? column : column + 2, column, lines);
}

function scalar(value: Value, column: number): string {
  if (value === null) return 'null';
  if (isNumeric(value)) return numberText(value);
  if (typeof value !== 'string') return typeof value === 'boolean' ? String(value) : isList(value) ? '[]' : '{}';
  if (value.includes('\n') && isPrintable(value)) return literal(value, column);
  if (needsQuotes(value)) return doubleQuoted(value);
  return isPlain(value) ? value : isPrintable(value) ? `'${value.replaceAll("'", "''")}'` : doubleQuoted(value);
}

function scalarKey(key: string): string {
  if (isReserved(key) || /^(?:[-.\d]|\+\d)/.test(key)) return doubleQuoted(key);
  if (isPlain(key)) return key;
  return isPrintable(key) && !key.includes('\n') ? `'${key.replaceAll("'", "''")}'` : doubleQuoted(key);
}

/** Words of YAML 1.1 that are not text. */
const reserved = new Set(
  ['false', 'n', 'no', 'null', 'on', 'off', 'true', 'y', 'yes'].flatMap(word => [
    word,
    word.toUpperCase(),
    (word[0] ?? '').toUpperCase() + word.slice(1),
  ]),
);

function isReserved(text: string): boolean {
  return text === '' || text.startsWith('~') || reserved.has(text);
}

/** Jackson's rule for values (StringQuotingChecker). */
function needsQuotes(text: string): boolean {
  return isReserved(text) || /[[\]{},]|(?:^|[ \t])#|:(?:[ \t]|$)/.test(text);
}

/** SnakeYAML's rule for what can stand without quotes. */
function isPlain(text: string): boolean {
  if (text === '' || /^ | $|[\n\x85\u2028\u2029]/.test(text) || !isPrintable(text)) return false;
  if (/^(?:---|\.\.\.)/.test(text)) return false;
  if (/^[#,[\]{}&*!|>'"%@`]/.test(text) || /^[-?:](?:\s|$)/.test(text)) return false;
  // SnakeYAML takes these for numbers: octal ones, and those that are none but for the zero in front.
  if (/^0\d+$/.test(text)) return false;
  return !/:(?:\s|$)|\s#/.test(text);
}

function isPrintable(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has no plain spelling
  return !/[\x00-\x09\x0B-\x1F\x7F-\x84\x86-\x9F\uD800-\uDFFF]/.test(text.replace(/[\u{10000}-\u{10FFFF}]/gu, ''));
}

const shortEscapes: Readonly<Record<string, string>> = { '0000': '\\0', '0007': '\\a', '000b': '\\v', '001b': '\\e' };

function doubleQuoted(text: string): string {
  return JSON.stringify(text).replace(/\\(?:u([0-9a-f]{4})|.)/g, (spelling, code?: string) => {
    if (code === undefined) return spelling;
    return shortEscapes[code] ?? (code.startsWith('00') ? `\\x${code.slice(2)}` : `\\u${code}`);
  });
}

function literal(text: string, column: number): string {
  const trailing = /\n*$/.exec(text)?.[0].length ?? 0;
  const chomping = trailing === 0 ? '-' : trailing === 1 && text !== '\n' ? '' : '+';
  const hint = /^[ \n]/.test(text) ? '2' : '';
  const body = trailing === 0 ? text : text.slice(0, -1);
  const indentation = ' '.repeat(column);
  const lines = body.split('\n').map(line => (line === '' ? '' : indentation + line));
  return `|${hint}${chomping}\n${lines.join('\n')}`;
}
