/** A composed YAML document to values: own scalars, aliases shared with a limit, merge keys, duplicate keys refused. */
import {
  type Alias,
  type Document,
  isAlias,
  isMap as isMapNode,
  isScalar,
  isSeq,
  type Node,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { plainScalar } from '../../model/plain-scalar.ts';
import { isMap, type Value, type ValueMap } from '../../model/value.ts';
import type { Key, Locations, Origin } from './locations.ts';

/** Something that YAML allows, or finds only when it is put together, and a flow may not hold. */
export interface NodeFault {
  readonly code: string;
  readonly message: string;
  readonly offset: number;
  readonly hint: string;
}

/** Values that aliases may add to a document. The bomb of nine aliases in nine levels would add 400 million. */
const maxAliased = 50_000;

interface Conversion {
  readonly locations: Locations;
  /** By anchor: the value and how many values it holds. */
  readonly anchors: Map<string, { value: Value; size: number }>;
  readonly faults: NodeFault[];
  size: number;
  aliased: number;
}

/** The value of a document, its containers entered in `locations`. With faults the value is not to be used. */
export function convertNode(
  document: Document.Parsed,
  locations: Locations,
): { readonly value: Value; readonly faults: readonly NodeFault[] } {
  const state: Conversion = { locations, anchors: new Map(), faults: [], size: 0, aliased: 0 };
  const value = convert(document.contents, state);
  return { value, faults: state.faults };
}

function convert(node: Node | null | undefined, state: Conversion): Value {
  if (!node) return null;
  if (isAlias(node)) return resolve(node, state);
  const before = state.size++;
  const value = isScalar(node)
    ? scalar(node)
    : isMapNode(node)
      ? map(node, state)
      : isSeq(node)
        ? list(node.items as Node[], node, state)
        : null;
  if ('anchor' in node && node.anchor) state.anchors.set(node.anchor, { value, size: state.size - before });
  return value;
}

function resolve(node: Alias, state: Conversion): Value {
  const anchor = state.anchors.get(node.source);
  const offset = node.range?.[0] ?? 0;
  if (!anchor) {
    const hint = `Write &${node.source} in front of the value it stands for.`;
    state.faults.push({
      code: 'unknown-alias',
      message: `the alias *${node.source} has no anchor before it`,
      offset,
      hint,
    });
    return null;
  }
  state.aliased += anchor.size;
  state.size += anchor.size;
  if (state.aliased <= maxAliased) return anchor.value;
  if (!state.faults.some(fault => fault.code === 'alias-bomb')) {
    const message = `aliases expand to more than ${maxAliased} values`;
    state.faults.push({
      code: 'alias-bomb',
      message,
      offset,
      hint: 'Aliases of aliases multiply; write the values out.',
    });
  }
  return null;
}

function scalar(node: Scalar): Value {
  const text = typeof node.value === 'string' ? node.value : '';
  if (node.tag !== undefined) return tagged(node.tag, text);
  if (node.type !== 'PLAIN' && node.type !== undefined) return text;
  return plainScalar(text);
}

function tagged(tag: string, text: string): Value {
  const name = tag.replace('tag:yaml.org,2002:', '');
  return name === 'int' || name === 'float' || name === 'bool' || name === 'null' ? plainScalar(text) : text;
}

function list(items: readonly Node[], node: Node, state: Conversion): Value {
  const values = items.map(item => convert(item, state));
  if (isSeq(node)) state.locations.read(values, node);
  return values;
}

function map(node: YAMLMap, state: Conversion): Value {
  const entries = new Map<string, Value>();
  const offsets = new Map<string, number>();
  const merged: ValueMap[] = [];
  for (const pair of node.items) {
    const keyNode = pair.key as Node | null;
    if (keyNode && !isScalar(keyNode)) {
      state.faults.push(keyFault(keyNode));
      continue;
    }
    const key = typeof keyNode?.value === 'string' ? keyNode.value : '';
    const value = convert(pair.value as Node | null, state);
    if (key === '<<' && keyNode?.type === 'PLAIN') {
      merged.push(...(Array.isArray(value) ? value : [value]).filter(isMap));
      continue;
    }
    const offset = keyNode?.range?.[0] ?? 0;
    const first = offsets.get(key);
    if (first === undefined) offsets.set(key, offset);
    else {
      const hint = `It is set at line ${state.locations.position(first).line} already; remove one.`;
      state.faults.push({ code: 'duplicate-key', message: `Duplicate field '${key}'`, offset, hint });
    }
    entries.set(key, value);
  }
  if (merged.length === 0) {
    const own = Object.fromEntries(entries);
    state.locations.read(own, node);
    return own;
  }
  return withMerged(entries, merged, node, state);
}

/** Merge keys (`<<: *base`): own entries win, then earlier bases. */
function withMerged(
  entries: Map<string, Value>,
  merged: readonly ValueMap[],
  node: YAMLMap,
  state: Conversion,
): ValueMap {
  const own = Object.fromEntries(entries);
  state.locations.read(own, node);
  const all = Object.fromEntries([...merged.toReversed().flatMap(base => Object.entries(base)), ...entries]);
  return state.locations.derive(all, own, (key: Key): Origin | undefined => {
    if (entries.has(String(key))) return [own, key];
    const base = merged.find(candidate => Object.hasOwn(candidate, key));
    return base && [base, key];
  });
}

function keyFault(key: Node): NodeFault {
  const offset = key.range?.[0] ?? 0;
  return {
    code: 'not-yaml',
    message: isMapNode(key)
      ? 'a map cannot be the name of a property'
      : 'a list or an alias cannot be the name of a property',
    offset,
    hint: isMapNode(key) ? 'Put the expression in quotes: "{{ … }}".' : 'Put it in quotes if it is meant as text.',
  };
}
