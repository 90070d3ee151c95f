/** Builtins with regular expressions. */
import { isList, type Value } from '../../../model/value.ts';
import { guarded } from '../../regex/guard.ts';
import { JqError, raise } from '../jq-error.ts';
import { described, setOwn } from '../kinds.ts';
import { type Closure, computed, type Emit } from '../run.ts';
import type { Call, FilterTable } from './builtin.ts';
import { eachValue } from './flow.ts';
import { expressionOf } from './oniguruma.ts';

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

/** All matches, or the first. Offsets count characters. */
function matches(text: string, expression: RegExp, flags: string, all: boolean, call: Call): Match[] {
  const found: Match[] = [];
  call.run.step(text.length / 64);
  const offsetOf = characterCounter(text);
  const names = namesOfGroups(expression);
  for (const match of stoppable(text, expression)) {
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

/** @throws JqError where a match backtracks for seconds; `try` does not catch it. */
function stoppable(text: string, expression: RegExp): readonly RegExpExecArray[] {
  try {
    return guarded(expression, text);
  } catch (error) {
    throw new JqError(error instanceof Error ? error.message : String(error));
  }
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
