/** Labels: written as a map or a list, kept as a list. */
import type { Label } from '../model/flow.ts';
import { isList, isMap, type Value } from '../model/value.ts';
import { scalarText } from './scalar-text.ts';

export interface LabelFault {
  /** Below the labels: a key, or an index. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * Reads labels. Numbers and booleans become text, of two with one key the last wins, expressions stay as they are.
 * An empty key or value and a key below `system.` (but `system.readOnly`) are faults, as in Kestra.
 */
export function readLabels(value: Value | undefined): {
  readonly labels: readonly Label[];
  readonly faults: readonly LabelFault[];
} {
  const labels = new Map<string, string>();
  const faults: LabelFault[] = [];
  for (const { key, item, path } of entriesOf(value)) {
    const text = scalarText(item);
    const fault = faultOf(key, text);
    if (fault !== undefined) faults.push({ path, message: fault });
    else if (text !== undefined) {
      // Last wins, also in its place: Kestra's map is ordered by the last one.
      labels.delete(key);
      labels.set(key, text);
    }
  }
  return { labels: [...labels].map(([key, text]) => ({ key, value: text })), faults };
}

/** The labels of the flow with those given at the start: the latter win. */
export function mergeLabels(base: readonly Label[], given: readonly Label[]): readonly Label[] {
  const all = new Map([...base, ...given].map(label => [label.key, label.value]));
  return [...all].map(([key, value]) => ({ key, value }));
}

function entriesOf(
  value: Value | undefined,
): readonly { key: string; item: Value; path: readonly (string | number)[] }[] {
  if (isMap(value)) return Object.entries(value).map(([key, item]) => ({ key, item, path: [key] }));
  if (!isList(value)) return [];
  return value.flatMap((entry, index) => {
    if (!isMap(entry)) return [];
    return [{ key: scalarText(entry.key) ?? '', item: entry.value ?? null, path: [index] }];
  });
}

function faultOf(key: string, text: string | undefined): string | undefined {
  if (key.trim() === '') return 'a label must have a key';
  if (text === undefined || text.trim() === '') return `the label '${key}' must have a value`;
  if (key.startsWith('system.') && key !== 'system.readOnly') {
    return `System labels can only be set by Kestra itself, offending label: ${key}=${text}`;
  }
  return undefined;
}
