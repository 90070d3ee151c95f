/** `outputs.*` of expressions: by task id, and below it by the values of the ForEach iterations, outermost first. */
import type { TaskRun } from '../model/execution.ts';
import type { Value, ValueMap } from '../model/value.ts';

/** Grows with each ended task run, so that a context costs nothing to make. Expressions must not change it. */
export class OutputTree {
  readonly #tree: Record<string, Value> = Object.create(null);

  get root(): ValueMap {
    return this.#tree;
  }

  /** @param values of the iterations around the task run, outermost first */
  set(run: TaskRun, values: readonly string[]): void {
    setAt(this.#tree, [run.taskId, ...values], run.outputs ?? {});
  }
}

/** Sets a value in a tree of maps; those on its way are made where nothing stands, or no map. */
export function setAt(tree: Record<string, Value>, path: readonly string[], value: Value): void {
  let branch = tree;
  for (const name of path.slice(0, -1)) {
    const next = branch[name];
    const inner: Record<string, Value> =
      typeof next === 'object' && next !== null ? (next as Record<string, Value>) : Object.create(null);
    branch[name] = inner;
    branch = inner;
  }
  branch[path.at(-1) as string] = value;
}
