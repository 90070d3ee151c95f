/** `${NAME:default}` in a configuration: an environment variable, or another setting by its dotted name. */
import { isList, isMap, type Value } from '../model/value.ts';

export interface MissingPlaceholder {
  readonly name: string;
  readonly path: readonly (string | number)[];
}

/** Settings may refer to each other this deep. */
const maxDepth = 10;

/** The value with all placeholders replaced. One without value and default stays as it is and is `missing`. */
export function fillPlaceholders(
  value: Value,
  lookup: (name: string, path: readonly (string | number)[]) => string | undefined,
): { readonly value: Value; readonly missing: readonly MissingPlaceholder[] } {
  const missing: MissingPlaceholder[] = [];
  const fill = (at: Value, path: readonly (string | number)[]): Value => {
    if (typeof at === 'string') {
      return fillText(
        at,
        name => lookup(name, path),
        name => missing.push({ name, path }),
        0,
      );
    }
    if (isList(at)) return at.map((item, index) => fill(item, [...path, index]));
    if (!isMap(at)) return at;
    return Object.fromEntries(Object.entries(at).map(([key, item]) => [key, fill(item, [...path, key])]));
  };
  return { value: fill(value, []), missing };
}

function fillText(
  text: string,
  lookup: (name: string) => string | undefined,
  missing: (name: string) => void,
  depth: number,
): string {
  let result = '';
  let from = 0;
  for (let start = text.indexOf('${'); start >= 0; start = text.indexOf('${', from)) {
    const end = closingBrace(text, start + 2);
    if (end < 0) break;
    const body = text.slice(start + 2, end);
    const colon = body.indexOf(':');
    const name = colon < 0 ? body : body.slice(0, colon);
    let value = lookup(name.trim());
    if (value === undefined && colon >= 0) value = body.slice(colon + 1);
    if (value === undefined) missing(name.trim());
    const filled =
      value === undefined || depth >= maxDepth
        ? (value ?? text.slice(start, end + 1))
        : fillText(value, lookup, missing, depth + 1);
    result += text.slice(from, start) + filled;
    from = end + 1;
  }
  return result + text.slice(from);
}

/** Defaults may hold placeholders: `${A:${B:x}}`. */
function closingBrace(text: string, from: number): number {
  let open = 1;
  for (let at = from; at < text.length; at++) {
    if (text.startsWith('${', at)) open++;
    else if (text[at] === '}' && --open === 0) return at;
  }
  return -1;
}
