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
    let branch = this.#tree;
    const path = [run.taskId, ...values];
    const last = path.pop() as string;
    for (const name of path) {
      const next = branch[name];
      if (typeof next === 'object' && next !== null) branch = next as Record<string, Value>;
      else {
        const made: Record<string, Value> = Object.create(null);
        branch[name] = made;
        branch = made;
      }
    }
    branch[last] = run.outputs ?? {};
  }
}
