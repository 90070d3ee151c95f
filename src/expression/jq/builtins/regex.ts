/** Regular expressions: Oniguruma's syntax as far as JavaScript's own has it. */
import { isList, type Value } from '../../../model/value.ts';
import { raise } from '../jq-error.ts';
import { described, setOwn } from '../kinds.ts';
import { type Closure, computed, type Emit } from '../run.ts';
import type { Call, FilterTable } from './builtin.ts';
import { eachValue } from './flow.ts';

interface Capture {
  readonly name: string | null;
  /** Null where the group took no part. */
  readonly text: string | null;
  readonly offset: number;
}

interface Match {
  readonly start: number;
  readonly end: number;
  readonly offset: number;
  readonly text: string;
  readonly captures: readonly Capture[];
}

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
function expressionOf(source: string, flags: string): RegExp {
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

/** Escapes that JavaScript has not, or reads for ASCII only; outside a class and inside. */
const escapes: Readonly<Record<string, readonly [string, string | undefined]>> = {
  A: ['(?<![\\s\\S])', undefined],
  z: ['(?![\\s\\S])', undefined],
  Z: ['(?=\\n?(?![\\s\\S]))', undefined],
  h: ['[0-9A-Fa-f]', '0-9A-Fa-f'],
  H: ['[^0-9A-Fa-f]', undefined],
  w: ['[\\p{L}\\p{M}\\p{N}_]', '\\p{L}\\p{M}\\p{N}_'],
  W: ['[^\\p{L}\\p{M}\\p{N}_]', undefined],
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

/** All matches, or the first. Offsets count characters. */
function matches(text: string, expression: RegExp, flags: string, all: boolean, call: Call): Match[] {
  const found: Match[] = [];
  call.run.step(text.length / 64);
  const offsetOf = characterCounter(text);
  const names = namesOfGroups(expression);
  for (const match of text.matchAll(expression)) {
    call.run.step();
    const whole = match[0];
    if (whole === '' && flags.includes('n')) continue;
    const captures = match.slice(1).map((part, index): Capture => {
      const at = match.indices?.[index + 1];
      return { name: names[index] ?? null, text: part ?? null, offset: at ? offsetOf(at[0]) : -1 };
    });
    found.push({
      start: match.index,
      end: match.index + whole.length,
      offset: offsetOf(match.index),
      text: whole,
      captures,
    });
    if (!all) break;
  }
  return found;
}

function namesOfGroups(expression: RegExp): (string | undefined)[] {
  const openings = expression.source
    .replace(/\\[\s\S]|\[(?:\\[\s\S]|[^\]\\])*\]/g, '')
    .matchAll(/\((?:\?<(\w+)>|(?!\?))/g);
  return Array.from(openings, opening => opening[1]);
}

/** Code points before an index. Asked for rising indices it walks the text once. */
function characterCounter(text: string): (index: number) => number {
  let counted = 0;
  let characters = 0;
  return index => {
    if (index < counted) {
      counted = 0;
      characters = 0;
    }
    for (; counted < index; counted += (text.codePointAt(counted) ?? 0) > 0xffff ? 2 : 1) characters += 1;
    return characters;
  };
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}

function matchValue(match: Match): Value {
  return {
    offset: match.offset,
    length: lengthOf(match.text),
    string: match.text,
    captures: match.captures.map(capture => ({
      offset: capture.offset,
      length: capture.text === null ? 0 : lengthOf(capture.text),
      string: capture.text,
      name: capture.name,
    })),
  };
}

function capturesValue(match: Match): Record<string, Value> {
  const captures: Record<string, Value> = {};
  for (const { name, text } of match.captures) if (name !== null) setOwn(captures, name, text);
  return captures;
}

/** The text, the expression and the flags of a call, for each combination of the arguments' outputs. */
function eachPattern(
  call: Call,
  pattern: Closure | undefined,
  flags: Closure | undefined,
  extra: string,
  use: (text: string, find: (all: boolean) => Match[], flags: string) => void,
): void {
  const { input } = call;
  const go = (value: Value, modifiers: Value) => {
    const [source, own] = isList(value) ? [value[0] ?? null, value[1] ?? null] : [value, null];
    const given = modifiers ?? own ?? '';
    if (typeof input !== 'string') return raise(`${described(input)} cannot be matched, as it is not a string`);
    if (typeof source !== 'string') return raise(`${described(source)} cannot be matched, as it is not a string`);
    if (typeof given !== 'string') return raise(`${described(given)} is not a string`);
    const all = given + extra;
    const expression = expressionOf(source, all);
    use(input, every => matches(input, expression, all, every || all.includes('g'), call), all);
  };
  eachValue(pattern, input, value => {
    if (flags) eachValue(flags, input, modifiers => go(value, modifiers));
    else go(value, null);
  });
}

function match(extra: string, use: (found: Match[], emit: (value: Value) => void) => void) {
  return ([pattern, flags]: readonly Closure[], call: Call, emit: Emit) =>
    eachPattern(call, pattern, flags, extra, (_text, find) =>
      use(find(false), value => emit(value, computed(call.trail))),
    );
}

function scanned(found: Match): Value {
  return found.captures.length === 0 ? found.text : found.captures.map(capture => capture.text);
}

/** The pieces between the matches. */
function pieces(text: string, found: readonly Match[]): string[] {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end } of found) {
    parts.push(text.slice(at, start));
    at = end;
  }
  return [...parts, text.slice(at)];
}

const split = (args: readonly Closure[], call: Call, use: (parts: string[]) => void) =>
  eachPattern(call, args[0], args[1], '', (text, find) => use(pieces(text, find(true))));

/** Replaces the first match, or all. Several outputs of the replacement give several texts. */
function substitute(all: boolean) {
  return ([pattern, replacement, flags]: readonly Closure[], call: Call, emit: Emit) =>
    eachPattern(call, pattern, flags, '', (text, find) => {
      const found = find(all);
      const rest = pieces(text, found);
      // The last match varies slowest, as in jq.
      const fill = (index: number, after: string): void => {
        const at = found[index];
        if (!at) {
          emit(call.run.text((rest[0] ?? '') + after), computed(call.trail));
          return;
        }
        call.run.step();
        eachValue(replacement, capturesValue(at), value => {
          if (typeof value !== 'string') return raise(`${described(value)} cannot be added to a string`);
          fill(index - 1, value + (rest[index + 1] ?? '') + after);
        });
      };
      fill(found.length - 1, '');
    });
}

const test = match('', (found, emit) => emit(found.length > 0));
const matchAll = match('', (found, emit) => {
  for (const m of found) emit(matchValue(m));
});
const capture = match('', (found, emit) => {
  for (const m of found) emit(capturesValue(m));
});
const scan = match('g', (found, emit) => {
  for (const m of found) emit(scanned(m));
});

export const regexFilters: FilterTable = {
  'test/1': test,
  'test/2': test,
  'match/1': matchAll,
  'match/2': matchAll,
  'capture/1': capture,
  'capture/2': capture,
  'scan/1': scan,
  'scan/2': scan,
  'split/2': (args, call, emit) => split(args, call, parts => emit(parts, computed(call.trail))),
  'splits/1': (args, call, emit) =>
    split(args, call, parts => {
      for (const part of parts) emit(part, computed(call.trail));
    }),
  'splits/2': (args, call, emit) =>
    split(args, call, parts => {
      for (const part of parts) emit(part, computed(call.trail));
    }),
  'sub/2': substitute(false),
  'sub/3': substitute(false),
  'gsub/2': substitute(true),
  'gsub/3': substitute(true),
};
