/** Regular expressions in Oniguruma's syntax, as far as JavaScript's own has it. */
import { raise } from '../jq-error.ts';

const classes: Readonly<Record<string, string>> = {
  alpha: '\\p{L}',
  digit: '\\d',
  alnum: '\\p{L}\\p{N}',
  upper: '\\p{Lu}',
  lower: '\\p{Ll}',
  space: '\\s',
  blank: ' \\t',
  punct: '\\p{P}\\p{S}',
  xdigit: '0-9A-Fa-f',
  cntrl: '\\p{Cc}',
  word: '\\w',
};

const compiled = new Map<string, RegExp>();

/** The expression in JavaScript's syntax. @throws Raised where there is none. */
export function expressionOf(source: string, flags: string): RegExp {
  const key = `${flags}/${source}`;
  const cached = compiled.get(key);
  if (cached) return cached;
  const unknown = /[^gimnpslx]/.exec(flags)?.[0];
  if (unknown !== undefined) return raise(`${flags} is not a valid modifier string`);
  let modifiers = `dgu${flags.includes('i') ? 'i' : ''}${flags.includes('p') ? 's' : ''}`;
  let translated = flags.includes('x') ? withoutBlanks(source) : source;
  const inline = /^\(\?([imsx]+)\)/.exec(translated);
  if (inline) {
    translated = translated.slice(inline[0].length);
    if (inline[1]?.includes('x')) translated = withoutBlanks(translated);
    if (inline[1]?.includes('i') && !modifiers.includes('i')) modifiers += 'i';
    for (const letter of ['s', 'm'])
      if (inline[1]?.includes(letter) && !modifiers.includes(letter)) modifiers += letter;
  }
  const expression = build(translate(translated, modifiers.includes('m')), modifiers, source);
  if (compiled.size < 1000) compiled.set(key, expression);
  return expression;
}

/** A letter, an accent on one, a digit or `_`: JavaScript's own \\w and \\b know ASCII only. */
const word = '\\p{L}\\p{M}\\p{N}_';

/** Escapes that JavaScript has not, or reads for ASCII only; outside a class and inside. */
const escapes: Readonly<Record<string, readonly [string, string | undefined]>> = {
  A: ['(?<![\\s\\S])', undefined],
  z: ['(?![\\s\\S])', undefined],
  Z: ['(?=\\n?(?![\\s\\S]))', undefined],
  h: ['[0-9A-Fa-f]', '0-9A-Fa-f'],
  H: ['[^0-9A-Fa-f]', undefined],
  w: [`[${word}]`, word],
  W: [`[^${word}]`, undefined],
  b: [`(?:(?<=[${word}])(?![${word}])|(?<![${word}])(?=[${word}]))`, undefined],
  B: [`(?:(?<=[${word}])(?=[${word}])|(?<![${word}])(?![${word}]))`, undefined],
};

function translate(source: string, lines: boolean): string {
  let inClass = false;
  return source.replace(/\\[\s\S]|\[:\^?\w+:\]|\[\^?\]?|\]|\$|\(\?P</g, part => {
    if (part[0] === '\\') return escapeOf(part, inClass);
    if (part === '$') return inClass || lines ? '$' : (escapes.Z?.[0] ?? part);
    if (part === '(?P<') return inClass ? part : '(?<';
    if (part === ']') {
      inClass = false;
      return part;
    }
    const posix = /^\[:(\w+):\]$/.exec(part)?.[1];
    if (inClass && posix !== undefined) return Object.hasOwn(classes, posix) ? (classes[posix] ?? part) : part;
    if (inClass) return part.replace('[', '\\[');
    inClass = true;
    // A ] that comes first is one of the class's characters.
    return part.endsWith(']') ? part.replace(/\]$/, '\\]') : part;
  });
}

function escapeOf(part: string, inClass: boolean): string {
  const letter = part[1] ?? '';
  const known = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined;
  if (known) return (inClass ? known[1] : known[0]) ?? part;
  // With the flag u, an escape of a letter or sign that needs none is an error: \_ or \-.
  return /[\s#%&,:;<=>@_`'"!~-]/.test(letter) && !(inClass && letter === '-') ? letter : part;
}

function build(source: string, modifiers: string, shown: string): RegExp {
  try {
    return new RegExp(source, modifiers);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^.*: /, '') : String(error);
    return raise(`${shown} (at offset 0) is not a valid regex: ${reason}`);
  }
}

/** Blanks and comments go, but not escaped ones nor those in a class. */
function withoutBlanks(source: string): string {
  return source.replace(/(\\[\s\S]|\[(?:\\[\s\S]|[^\]])*\])|\s+|#[^\n]*/g, (_, kept) => kept ?? '');
}
