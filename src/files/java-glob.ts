/** File patterns as Java's `FileSystem.getPathMatcher` reads them, which `outputFiles` is written for. */
import { UserError } from '../model/user-error.ts';

declare global {
  interface RegExpConstructor {
    /** https://tc39.es/proposal-regex-escaping/ , in Node since 24; the library of TypeScript's es2024 does not know it. */
    escape(text: string): string;
  }
}

/** A pattern that cannot be read. The message names it. */
export class GlobError extends UserError {}

/**
 * Tells whether a path, relative to the folder and with `/` between its parts, matches one of the patterns.
 *
 * As in Kestra, a plain pattern counts from the folder, with a slash before it or not, and matches the whole path: `*`
 * and `?` stay within a part and take dot files too, `**` crosses parts, `{a,b}` and `[a-c]` choose. With the prefix
 * `glob:` or `regex:` it is matched against the absolute path instead, so that `glob:*.txt` matches nothing and
 * `regex:.*txt` files at every level.
 *
 * @param folder the absolute path of the folder, for prefixed patterns
 * @throws GlobError
 */
export function compileGlobs(patterns: readonly string[], folder = ''): (relativePath: string) => boolean {
  const matchers = patterns.map(pattern => compile(pattern, folder));
  return path => matchers.some(matches => matches(path));
}

function compile(pattern: string, folder: string): (path: string) => boolean {
  const prefixed = /^(glob|regex):(.*)$/is.exec(pattern);
  const [, syntax = '', rest = ''] = prefixed ?? [];
  const source =
    syntax.toLowerCase() === 'regex' ? `(?:${rest})` : globSource(prefixed ? rest : pattern.replace(/^\//, ''));
  let expression: RegExp;
  try {
    expression = new RegExp(`^${source}$`, 's');
  } catch (error) {
    throw new GlobError(`The pattern "${pattern}" cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  return prefixed ? path => expression.test(`${folder}/${path}`) : path => expression.test(path);
}

/** https://docs.oracle.com/javase/8/docs/api/java/nio/file/FileSystem.html#getPathMatcher-java.lang.String- */
function globSource(glob: string): string {
  let source = '';
  let inGroup = false;
  for (let index = 0; index < glob.length; index++) {
    const character = glob.charAt(index);
    if (character === '\\') {
      index += 1;
      if (index === glob.length)
        throw new GlobError(`The pattern "${glob}" ends with a backslash that escapes nothing`);
      source += RegExp.escape(glob.charAt(index));
    } else if (character === '*') {
      if (glob[index + 1] !== '*') source += '[^/]*';
      else {
        source += '.*';
        while (glob[index + 1] === '*') index += 1;
      }
    } else if (character === '?') {
      source += '[^/]';
    } else if (character === '[') {
      const end = endOfClass(glob, index);
      source += classSource(glob, index + 1, end);
      index = end;
    } else if (character === '{') {
      if (inGroup) throw new GlobError(`The pattern "${glob}" has a { } inside another, which Java does not know`);
      inGroup = true;
      source += '(?:(?:';
    } else if (character === '}' && inGroup) {
      inGroup = false;
      source += '))';
    } else if (character === ',' && inGroup) {
      source += ')|(?:';
    } else {
      source += RegExp.escape(character);
    }
  }
  if (inGroup) throw new GlobError(`The pattern "${glob}" has a { that is not closed`);
  return source;
}

function endOfClass(glob: string, start: number): number {
  // A `]` that stands first is a character of the class.
  const first = glob[start + 1] === '!' ? start + 2 : start + 1;
  const end = glob.indexOf(']', first + 1);
  if (end < 0) throw new GlobError(`The pattern "${glob}" has a [ that is not closed`);
  return end;
}

function classSource(glob: string, from: number, to: number): string {
  const negated = glob[from] === '!';
  const body = glob.slice(negated ? from + 1 : from, to);
  if (body.includes('/')) throw new GlobError(`The pattern "${glob}" has a / inside [ ], where it cannot match`);
  const members = body.replace(/[\\[\]^]/g, '\\$&');
  return negated ? `[^/${members}]` : `[${members}]`;
}
