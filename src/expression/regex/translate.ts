/** A pattern of java.util.regex as a JavaScript one. */
import { Fault } from '../expression-error.ts';

export interface Translated {
  readonly source: string;
  readonly flags: string;
}

/** POSIX and java classes that JavaScript does not know by name. */
const classes: Readonly<Record<string, string>> = {
  Lower: 'a-z',
  Upper: 'A-Z',
  ASCII: '\\x00-\\x7F',
  Alpha: 'a-zA-Z',
  Digit: '0-9',
  Alnum: 'a-zA-Z0-9',
  Punct: '!-\\/:-@\\[-`\\{-~',
  Graph: '!-~',
  Print: ' -~',
  Blank: ' \\t',
  Cntrl: '\\x00-\\x1F\\x7F',
  XDigit: '0-9a-fA-F',
  Space: ' \\t\\n\\x0B\\f\\r',
  javaLowerCase: '\\p{Ll}',
  javaUpperCase: '\\p{Lu}',
  javaWhitespace: '\\s',
  IsAlphabetic: '\\p{Alphabetic}',
  IsLetter: '\\p{L}',
  IsDigit: '\\p{Nd}',
  IsUppercase: '\\p{Uppercase}',
  IsLowercase: '\\p{Lowercase}',
  IsWhite_Space: '\\s',
  IsPunctuation: '\\p{P}',
};
const sets: Readonly<Record<string, string>> = {
  s: ' \\t\\n\\x0B\\f\\r',
  h: ' \\t\\xA0\\u1680\\u2000-\\u200a\\u202f\\u205f\\u3000',
  v: '\\n\\x0B\\f\\r\\x85\\u2028\\u2029',
};
const lineBreak = '(?:\\r\\n|[\\n\\x0B\\f\\r\\x85\\u2028\\u2029])';
const inputEnd = '(?![\\s\\S])';

/** @throws Fault for what JavaScript cannot do: possessive quantifiers, atomic groups. */
export function translatePattern(pattern: string): Translated {
  return new Translator(pattern).run();
}

class Translator {
  readonly pattern: string;
  at = 0;
  result = '';
  flags = '';

  constructor(pattern: string) {
    this.pattern = pattern;
  }

  run(): Translated {
    this.leadingFlags();
    while (this.at < this.pattern.length) this.result += this.element();
    // The v flag knows nested classes and intersections, as Java does.
    return { source: this.result, flags: `v${this.flags}` };
  }

  refuse(what: string): Fault {
    return new Fault(
      `The regular expression '${this.pattern}' has ${what} at index ${this.at}, which is not supported.`,
    );
  }

  leadingFlags(): void {
    const match = /^\(\?([imsux]+)\)/.exec(this.pattern);
    if (!match) return;
    const letters = match[1] ?? '';
    if (letters.includes('x')) throw this.refuse('the flag x');
    this.flags = [...new Set(letters.replace('u', ''))].join('');
    this.at = match[0].length;
  }

  element(): string {
    const character = this.pattern[this.at] ?? '';
    switch (character) {
      case '\\':
        return this.escape(false);
      case '[':
        return this.characterClass();
      case '(':
        return this.group();
      case '$':
        this.at++;
        return this.flags.includes('m') ? '$' : `(?=${lineBreak}?${inputEnd})`;
      case '*':
      case '+':
      case '?':
      case '{':
        return this.quantifier();
      case ']':
      case '}':
        this.at++;
        return `\\${character}`;
      default:
        this.at++;
        return character;
    }
  }

  group(): string {
    const start =
      /^\((?:\?(?:[:=!>]|<[=!]|<[A-Za-z][A-Za-z0-9]*>|[a-z]*(?:-[a-z]+)?[:)]))?/.exec(
        this.pattern.slice(this.at),
      )?.[0] ?? '(';
    if (start === '(?>') throw this.refuse('an atomic group');
    if (start.endsWith(')')) throw this.refuse('flags that change within the pattern');
    this.at += start.length;
    return start;
  }

  quantifier(): string {
    const match = /^(?:[*+?]|\{\d+(?:,\d*)?\})([?+]?)/.exec(this.pattern.slice(this.at));
    if (!match) throw this.refuse('a { that is no quantifier');
    if (match[1] === '+') throw this.refuse('a possessive quantifier');
    this.at += match[0].length;
    return match[0];
  }

  /** An escape, in or outside of a character class. */
  escape(inClass: boolean): string {
    const next = this.pattern[this.at + 1];
    if (next === undefined) throw this.refuse('a backslash without a character');
    if (next === 'Q') return this.quoted();
    const property = /^\\([pP])(?:\{(?:\^)?([^}]+)\}|([A-Z]))/.exec(this.pattern.slice(this.at));
    if (property) {
      this.at += property[0].length;
      return propertyClass(property[1] === 'P', property[2] ?? property[3] ?? '', inClass);
    }
    this.at += 2;
    const set = sets[next.toLowerCase()];
    if (set !== undefined) {
      if (next === next.toUpperCase()) return `[^${set}]`;
      return inClass ? set : `[${set}]`;
    }
    if (!inClass) {
      if (next === 'A') return '(?<![\\s\\S])';
      if (next === 'z') return inputEnd;
      if (next === 'Z') return `(?=${lineBreak}?${inputEnd})`;
      if (next === 'R') return lineBreak;
    }
    if (next === 'e') return '\\x1B';
    if (next === 'a') return '\\x07';
    if (/[dDwWbBnrtfk0-9xuc]/.test(next)) return this.known(next);
    if (/[A-Za-z]/.test(next)) throw this.refuse(`the escape \\${next}`);
    return literal(next);
  }

  known(next: string): string {
    const wide = next === 'x' ? /^\{([0-9A-Fa-f]+)\}/.exec(this.pattern.slice(this.at)) : null;
    if (!wide) return `\\${next}`;
    this.at += wide[0].length;
    return `\\u{${wide[1]}}`;
  }

  quoted(): string {
    const from = this.at + 2;
    const end = this.pattern.indexOf('\\E', from);
    const text = this.pattern.slice(from, end < 0 ? undefined : end);
    this.at = end < 0 ? this.pattern.length : end + 2;
    return [...text].map(literal).join('');
  }

  characterClass(): string {
    this.at++;
    let start = '[';
    if (this.pattern[this.at] === '^') {
      start = '[^';
      this.at++;
    }
    const operands = [''];
    let first = true;
    while (this.at < this.pattern.length) {
      if (this.pattern[this.at] === ']' && !first) {
        this.at++;
        // JavaScript takes single operands only around `&&`.
        const inner = operands.length === 1 ? operands[0] : operands.map(operand => `[${operand}]`).join('&&');
        return `${start}${inner}]`;
      }
      if (this.pattern.startsWith('&&', this.at)) {
        operands.push('');
        this.at += 2;
      } else {
        operands.push((operands.pop() ?? '') + this.classItem(first));
      }
      first = false;
    }
    throw this.refuse('a character class without an end');
  }

  classItem(first: boolean): string {
    const character = this.pattern[this.at] ?? '';
    if (character === '\\') return this.escape(true);
    if (character === '[') return this.characterClass();
    const item = character === '-' ? this.dash(first) : literal(character);
    this.at++;
    return item;
  }

  /** A dash is itself at the edges of a class, else a range. */
  dash(first: boolean): string {
    const next = this.pattern[this.at + 1];
    const before = this.pattern.slice(0, this.at);
    return first || next === ']' || next === '[' || /\\[dDwWsS]$/.test(before) ? '\\-' : '-';
  }
}

function propertyClass(negated: boolean, name: string, inClass: boolean): string {
  const known = Object.hasOwn(classes, name) ? classes[name] : undefined;
  const inner = known ?? `\\p{${name.replace(/^Is/, '')}}`;
  if (negated) return `[^${inner}]`;
  return inClass ? inner : `[${inner}]`;
}

function literal(character: string): string {
  return /[$()*+\-./?[\\\]^{|}&!#%,:;<=>@`~]/.test(character) ? `\\${character}` : character;
}
