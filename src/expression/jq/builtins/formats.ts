/** `@csv`, `@base64` and the other formats: a value as text for somewhere else. */
import type { Position } from '../../../model/flow.ts';
import { isList, type Value } from '../../../model/value.ts';
import { JqError, raise } from '../jq-error.ts';
import { jsonText } from '../json-text.ts';
import { described, numberOf } from '../kinds.ts';

type Format = (value: Value) => string;

function text(value: Value): string {
  return typeof value === 'string' ? value : jsonText(value);
}

const htmlEntities: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  "'": '&apos;',
  '"': '&quot;',
};

function row(value: Value, name: string): readonly Value[] {
  return isList(value) ? value : raise(`${described(value)} cannot be ${name}-formatted, only array`);
}

function cells(value: Value, name: string, separator: string, quote: (text: string) => string): string {
  return row(value, name)
    .map(cell => {
      if (typeof cell === 'string') return quote(cell);
      if (cell === null) return '';
      if (typeof cell === 'boolean') return String(cell);
      return numberOf(cell) === undefined ? raise(`${described(cell)} is not valid in a ${name} row`) : jsonText(cell);
    })
    .join(separator);
}

const tsvEscapes: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\' };

function shell(value: Value): string {
  const word = (item: Value) => {
    if (typeof item === 'string') return `'${item.replaceAll("'", "'\\''")}'`;
    if (item !== null && typeof item === 'object' && numberOf(item) === undefined) {
      return raise(`${described(item)} can not be escaped for shell`);
    }
    return jsonText(item);
  };
  return isList(value) ? value.map(word).join(' ') : word(value);
}

function decodeBase64(value: Value): string {
  const encoded = text(value).replace(/=+$/, '');
  if (encoded.length % 4 === 1 && encoded.length > 1) raise(`${described(value)} trailing base64 byte found`);
  if (!/^[A-Za-z0-9+/]*$/.test(encoded) || encoded.length % 4 === 1)
    raise(`${described(value)} is not valid base64 data`);
  return Buffer.from(encoded, 'base64').toString();
}

function encodeUri(value: Value): string {
  return encodeURIComponent(text(value).toWellFormed());
}

function decodeUri(value: Value): string {
  try {
    return decodeURIComponent(text(value));
  } catch {
    return raise(`${described(value)} is not a valid uri encoding`);
  }
}

const formats: Readonly<Record<string, Format>> = {
  '@text': text,
  '@json': jsonText,
  '@html': value => text(value).replace(/[<>&'"]/g, character => htmlEntities[character] ?? character),
  '@uri': encodeUri,
  '@urid': decodeUri,
  '@csv': value => cells(value, 'csv', ',', cell => `"${cell.replaceAll('"', '""')}"`),
  '@tsv': value => cells(value, 'tsv', '\t', cell => cell.replace(/[\t\n\r\\]/g, c => tsvEscapes[c] ?? c)),
  '@sh': shell,
  '@base64': value => Buffer.from(text(value)).toString('base64'),
  '@base64d': decodeBase64,
};

/** @throws JqError for a format that is unknown. */
export function formatText(name: string, position: Position | undefined): Format {
  const format = Object.hasOwn(formats, name) ? formats[name] : undefined;
  if (!format) throw new JqError(`${name} is not a format; there are ${Object.keys(formats).join(', ')}`, position);
  return format;
}
