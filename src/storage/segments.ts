/**
 * How `kestra:///` URIs are spelt, and what in them is refused.
 *
 * Each segment is percent-encoded beyond the characters that are plain in URIs, file systems, object keys and shells
 * alike, so one spelling serves as URI, as path on disk and as key. Reading accepts raw characters too:
 * `kestra:///a/b c` and `kestra:///a/b%20c` are one file.
 */
import { InvalidUriError } from './storage.ts';

const scheme = 'kestra:///';
const plain = /[A-Za-z0-9._~+,=:@-]/;

/** A segment as it stands in a URI. A leading dash is encoded, for it would be an option on a command line. */
export function encodeSegment(name: string): string {
  let encoded = '';
  for (const byte of Buffer.from(name, 'utf8')) {
    const character = String.fromCharCode(byte);
    const isPlain = plain.test(character) && !(character === '-' && encoded === '');
    encoded += isPlain ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return encoded;
}

/** A URI from names that are not encoded yet. */
export function uriOf(names: readonly string[]): string {
  return scheme + names.map(encodeSegment).join('/');
}

/**
 * The encoded segments of a URI; none for `kestra:///` itself. One `/` at the end is allowed.
 * @throws InvalidUriError for what is no storage URI, and for names that could lead elsewhere
 */
export function segmentsOf(uri: string): readonly string[] {
  if (!uri.startsWith(scheme))
    throw new InvalidUriError(`${show(uri)} is not a storage URI: it must begin with ${scheme}`);
  const path = uri.slice(scheme.length).replace(/\/$/, '');
  if (path === '') return [];
  return path.split('/').map(segment => {
    const name = decodeSegment(segment);
    const wrong = whatIsWrong(name);
    if (wrong !== undefined) throw new InvalidUriError(`${show(uri)} is refused: ${wrong}.`);
    return encodeSegment(name);
  });
}

function whatIsWrong(name: string): string | undefined {
  if (name === '') return 'it has an empty part (//)';
  if (name === '.' || name === '..') return `it has the part ${show(name)}`;
  if (name.includes('\0')) return 'it has a NUL character';
  if (name.includes('\\')) return 'it has a backslash';
  if (name.includes('/')) return 'it has an encoded slash (%2F)';
  return undefined;
}

/** A `%` that begins no valid encoding stands for itself. */
function decodeSegment(segment: string): string {
  if (!segment.includes('%')) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function show(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
