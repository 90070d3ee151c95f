/** The nodes of one cycle in a graph, in order, or undefined. Iterative: a chain may be thousands long. */
export function findCycle(graph: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const done = new Set<string>();
  for (const start of graph.keys()) {
    const way: string[] = [];
    const onWay = new Set<string>();
    const todo: { node: string; leave: boolean }[] = [{ node: start, leave: false }];
    for (let step = todo.pop(); step; step = todo.pop()) {
      const { node, leave } = step;
      if (leave) {
        way.pop();
        onWay.delete(node);
        done.add(node);
      } else if (onWay.has(node)) return way.slice(way.indexOf(node));
      else if (!done.has(node)) {
        way.push(node);
        onWay.add(node);
        todo.push(
          { node, leave: true },
          ...(graph.get(node) ?? []).toReversed().map(next => ({ node: next, leave: false })),
        );
      }
    }
  }
  return undefined;
}
