/** Which texts are secret, or made from one. */
import { isList, isMap, type Value } from '../model/value.ts';
import type { Taint } from './render-context.ts';

/** A shorter tainted text is looked for as a whole only: every text holds some `a` or `12`. */
const minContained = 4;

export function createTaint(): Taint & Iterable<string> {
  const texts = new Set<string>();
  return {
    add(text) {
      if (text !== '') texts.add(text);
    },
    has: text => texts.has(text),
    get size() {
      return texts.size;
    },
    [Symbol.iterator]: () => texts.values(),
  };
}

/** True when the text is tainted or holds a tainted one. */
export function isTainted(taint: Taint, text: string): boolean {
  if (taint.has(text)) return true;
  for (const secret of taint) {
    if (secret.length >= minContained && secret.length < text.length && text.includes(secret)) return true;
  }
  return false;
}

/**
 * Taints what was made from tainted input: the output's text, or the texts in it that did not stand in the input as
 * untainted texts of their own (`first` of a list of which another item is secret).
 */
export function taintDerived(taint: Taint, inputs: readonly (Value | undefined)[], output: Value): void {
  if (output === null || typeof output === 'number' || typeof output === 'boolean') return;
  const untainted = new Set<string>();
  let found = false;
  const visit = (text: string) => {
    if (isTainted(taint, text)) found = true;
    else untainted.add(text);
  };
  for (const input of inputs) if (input !== undefined) eachText(input, visit, text => untainted.add(text));
  if (!found) return;
  // Names of properties are not secret.
  const ignore = () => {};
  eachText(
    output,
    text => {
      if (!untainted.has(text)) taint.add(text);
    },
    ignore,
  );
}

/** A joined text needs no entry of its own where its tainted parts can be seen in it. */
export function taintJoined(taint: Taint, parts: readonly string[], joined: string): void {
  if (parts.some(part => taint.has(part)) && !isTainted(taint, joined)) taint.add(joined);
}

type Visit = (text: string) => void;

function eachText(value: Value, visit: Visit, visitKey: Visit): void {
  if (typeof value === 'string') {
    if (value !== '') visit(value);
  } else if (isList(value)) {
    for (const item of value) eachText(item, visit, visitKey);
  } else if (isMap(value)) {
    for (const [key, item] of Object.entries(value)) {
      visitKey(key);
      eachText(item, visit, visitKey);
    }
  }
}
