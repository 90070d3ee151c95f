/** Suggestions for misspelt names. */

/** Edits (insert, delete, replace, swap of neighbours) that turn `a` into `b`; stops counting above `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const next = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (last[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        cost = Math.min(cost, (before[column - 2] ?? limit) + 1);
      next.push(cost);
    }
    if (Math.min(...next) > limit) return limit + 1;
    before = last;
    last = next;
  }
  return last[b.length] ?? limit + 1;
}

/** The candidate that was probably meant; undefined when none is near. Letter case does not count. */
export function nearest(
  word: string,
  candidates: Iterable<string>,
  limit = Math.max(1, Math.floor(word.length / 3)),
): string | undefined {
  const lower = word.toLowerCase();
  let best: string | undefined;
  let bound = limit;
  for (const candidate of candidates) {
    const distance = editDistance(lower, candidate.toLowerCase(), bound);
    if (distance > bound || (best !== undefined && distance === bound)) continue;
    best = candidate;
    bound = distance;
  }
  return best;
}

/**
 * The type that was probably meant: a near spelling, or one with the same last parts in another package, since plugins
 * were moved about (`io.kestra.plugin.shell.Commands`).
 */
export function nearestType(type: string, candidates: readonly string[]): string | undefined {
  // Most of a type's name is its package: a third of it would be another type.
  const near = nearest(type, candidates, 3);
  if (near !== undefined) return near;
  const tail = (name: string, parts: number) => name.split('.').slice(-parts).join('.').toLowerCase();
  for (const parts of [2, 1]) {
    const same = candidates.filter(candidate => tail(candidate, parts) === tail(type, parts));
    if (same.length === 1) return same[0];
  }
  return undefined;
}
