/** Where values stand in their source text, also after they were renamed, merged or filled with defaults. */
import { isScalar, LineCounter, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Position } from '../../model/flow.ts';

export type Key = string | number;
export type Path = readonly Key[];

/** Where a changed container took one of its entries from. */
export type Origin = readonly [container: object, key: Key];

/**
 * Remembers for each map and list of a document which YAML node it came from. Nothing is computed until a position is
 * asked for, so a flow without problems pays one WeakMap entry per container.
 */
export class Locations {
  readonly #nodes = new WeakMap<object, YAMLMap | YAMLSeq>();
  readonly #origins = new WeakMap<object, { of: (key: Key) => Origin | undefined; base: object }>();
  readonly lines: LineCounter;

  constructor(lines: LineCounter = new LineCounter()) {
    this.lines = lines;
  }

  read(container: object, node: YAMLMap | YAMLSeq): void {
    this.#nodes.set(container, node);
  }

  /** `container` was made from `base`; `of` tells where an entry came from, by default the same key of `base`. */
  derive<T extends object>(container: T, base: object, of: (key: Key) => Origin | undefined = key => [base, key]): T {
    if (container !== base) this.#origins.set(container, { of, base });
    return container;
  }

  /** The position of what `path` leads to below `root`, or of its nearest container that has one. */
  positionOf(root: object, path: Path, on: 'key' | 'value'): Position {
    let offset = this.#start(root) ?? 0;
    let at: unknown = root;
    for (const [index, key] of path.entries()) {
      if (typeof at !== 'object' || at === null) break;
      const entry = this.#entry(at, key);
      if (!entry) break;
      const wanted = on === 'key' && index === path.length - 1 ? entry.key : entry.value;
      offset = (wanted ?? entry.key ?? entry.value)?.range?.[0] ?? offset;
      at = (at as Record<Key, unknown>)[key];
    }
    return this.position(offset);
  }

  position(offset: number): Position {
    const { line, col } = this.lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }

  #start(container: object): number | undefined {
    const node = this.#nodes.get(container);
    if (node) return firstKey(node)?.range?.[0] ?? node.range?.[0];
    const origin = this.#origins.get(container);
    return origin && this.#start(origin.base);
  }

  #entry(container: object, key: Key): { key: Node | undefined; value: Node | undefined } | undefined {
    const node = this.#nodes.get(container);
    if (!node) {
      const origin = this.#origins.get(container)?.of(key);
      return origin && this.#entry(origin[0], origin[1]);
    }
    if (typeof key === 'number') return { key: undefined, value: node.items[key] as Node | undefined };
    const pair = (node.items as Pair<Node, Node | null>[]).find(item => isScalar(item.key) && item.key.value === key);
    return pair && { key: pair.key, value: pair.value ?? undefined };
  }
}

function firstKey(node: YAMLMap | YAMLSeq): Node | undefined {
  const first = node.items[0];
  return first && typeof first === 'object' && 'key' in first ? (first.key as Node) : undefined;
}
