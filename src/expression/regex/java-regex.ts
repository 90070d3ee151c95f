/** Java's String methods that take a regular expression. */
import { Fault } from '../expression-error.ts';
import { checkTextLength } from '../limits.ts';
import { guarded } from './guard.ts';
import { translatePattern } from './translate.ts';

const compiled = new Map<string, RegExp>();

/** Patterns repeat from one rendering to the next; more than these come from generated templates. */
const maxCompiled = 200;

/** @throws Fault for a pattern that is not valid or not supported. */
export function javaPattern(pattern: string, prefix = '', suffix = ''): RegExp {
  const key = `${prefix}${pattern}${suffix}`;
  const known = compiled.get(key);
  if (known) return known;
  const { source, flags } = translatePattern(pattern);
  let expression: RegExp;
  try {
    expression = new RegExp(`${prefix}${source}${suffix}`, `g${flags}`);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Fault(`The regular expression '${pattern}' is not valid.`, { cause: error });
  }
  if (compiled.size >= maxCompiled) compiled.clear();
  compiled.set(key, expression);
  return expression;
}

/** String.replaceAll: `$1`, `${name}` and backslashes in the replacement as Java has them. */
export function replaceAll(text: string, pattern: string, replacement: string): string {
  const fill = javaReplacement(replacement);
  const pieces: string[] = [];
  let from = 0;
  for (const match of matches(text, pattern)) {
    pieces.push(text.slice(from, match.index), fill(match));
    from = match.index + match[0].length;
  }
  pieces.push(text.slice(from));
  return pieces.join('');
}

/** String.replaceFirst. */
export function replaceFirst(text: string, pattern: string, replacement: string): string {
  const [match] = matches(text, pattern);
  if (!match) return text;
  return text.slice(0, match.index) + javaReplacement(replacement)(match) + text.slice(match.index + match[0].length);
}

/** String.matches: the whole text. */
export function matchesAll(text: string, pattern: string): boolean {
  return guarded(javaPattern(pattern, '^(?:', ')(?![\\s\\S])'), text).length > 0;
}

/**
 * String.split: with limit 0 without the empty texts at the end; a positive limit is the number of pieces; a negative
 * one keeps all. A match without width at the start gives no empty piece.
 */
export function split(text: string, pattern: string, limit: number): string[] {
  if (text === '') return [''];
  const pieces: string[] = [];
  let from = 0;
  for (const match of matches(text, pattern)) {
    if (limit > 0 && pieces.length === limit - 1) break;
    const end = match.index + match[0].length;
    if (end === 0) continue;
    pieces.push(text.slice(from, match.index));
    from = end;
  }
  pieces.push(text.slice(from));
  if (limit === 0) while (pieces.length > 0 && pieces.at(-1) === '') pieces.pop();
  return pieces;
}

function matches(text: string, pattern: string): readonly RegExpExecArray[] {
  return guarded(javaPattern(pattern), text);
}

type Fill = (match: RegExpExecArray) => string;

function javaReplacement(replacement: string): Fill {
  const parts: Fill[] = [];
  for (const part of replacement.matchAll(/\\([\s\S]?)|\$(?:(\d)|\{([A-Za-z][A-Za-z0-9]*)\})?|[^\\$]+/g)) {
    const [whole, escaped, digit, name] = part;
    if (escaped !== undefined) parts.push(() => escaped);
    else if (digit !== undefined) parts.push(match => groupOf(match, Number(digit)));
    else if (name !== undefined) parts.push(match => namedGroupOf(match, name));
    else if (whole === '$') throw new Fault(`Illegal group reference in the replacement '${replacement}': write \\$`);
    else parts.push(() => whole);
  }
  return match => {
    const text = parts.map(part => part(match)).join('');
    checkTextLength(text.length);
    return text;
  };
}

function namedGroupOf(match: RegExpExecArray, name: string): string {
  if (!match.groups || !(name in match.groups)) throw new Fault(`No group with name {${name}}`);
  return match.groups[name] ?? '';
}

function groupOf(match: RegExpExecArray, index: number): string {
  if (index >= match.length) throw new Fault(`No group ${index}`);
  return match[index] ?? '';
}
