/** Values as compact Ion text, spelt as Jackson's Ion mapper does it for Kestra's `toIon`. */
import { isList, isMap, javaDoubleText, Real, type Value } from '../../model/value.ts';

/** Words that would be read as something else when a field name stood without quotes. */
const reserved = new Set(['null', 'true', 'false', 'nan']);

/** `{k:"v",n:{x:1}}`: field names unquoted where they can be, doubles with an exponent (`1.5e0`), no spaces. */
export function writeIon(value: Value): string {
  const parts: string[] = [];
  write(value, parts);
  return parts.join('');
}

function write(value: Value, parts: string[]): void {
  if (value === null) parts.push('null');
  else if (typeof value === 'boolean' || typeof value === 'bigint') parts.push(String(value));
  else if (typeof value === 'number') parts.push(Number.isInteger(value) ? String(BigInt(value)) : floatText(value));
  else if (typeof value === 'string') parts.push(quote(value, '"'));
  else if (value instanceof Real) parts.push(value.kind === 'big' ? decimalText(value.text) : floatText(value.value));
  else if (isList(value)) writeList(value, parts);
  else if (isMap(value)) writeStruct(value, parts);
}

function writeList(list: readonly Value[], parts: string[]): void {
  parts.push('[');
  list.forEach((item, index) => {
    if (index > 0) parts.push(',');
    write(item, parts);
  });
  parts.push(']');
}

function writeStruct(map: Readonly<Record<string, Value>>, parts: string[]): void {
  parts.push('{');
  Object.entries(map).forEach(([key, item], index) => {
    if (index > 0) parts.push(',');
    parts.push(symbolText(key), ':');
    write(item, parts);
  });
  parts.push('}');
}

/** An exponent makes it a float: without one, Ion reads a decimal. `1.5e0`, `2e0`, `1.0E10`. */
function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? '+inf' : '-inf';
  const text = javaDoubleText(value);
  return text.includes('E') ? text : `${text.replace(/\.0$/, '')}e0`;
}

function decimalText(text: string): string {
  const [mantissa = '', exponent] = text.toLowerCase().split('e');
  if (exponent !== undefined) return `${mantissa}d${Number(exponent)}`;
  return mantissa.includes('.') ? mantissa : `${mantissa}.`;
}

function symbolText(name: string): string {
  // $ with digits is a symbol's number, not its name.
  const plain = /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name) && !/^\$\d+$/.test(name) && !reserved.has(name);
  return plain ? name : quote(name, "'");
}

const escapes: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\\': '\\\\',
};

function quote(text: string, mark: '"' | "'"): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what has to be escaped
  const escaped = text.replace(/[\0-\x1f\x7f-\x9f\\"']/g, character => {
    if (character === '"' || character === "'") return character === mark ? `\\${character}` : character;
    return escapes[character] ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `${mark}${escaped}${mark}`;
}
