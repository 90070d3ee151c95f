/** The values that tell task runs of one task apart. */
import type { TaskRun } from '../../model/execution.ts';
import { shorten } from './one-line.ts';

/** Of the ForEach tasks around each task run, the outermost first: `outputs.<task>['a']['1']` are those of `a`, `1`. */
export class RunValues {
  readonly #runs = new Map<string, Pick<TaskRun, 'value' | 'parentTaskRunId'>>();

  constructor(runs: Iterable<TaskRun> = []) {
    for (const run of runs) this.add(run);
  }

  add({ id, value, parentTaskRunId }: TaskRun): void {
    if (!this.#runs.has(id))
      this.#runs.set(id, {
        ...(value !== undefined && { value }),
        ...(parentTaskRunId !== undefined && { parentTaskRunId }),
      });
  }

  of(taskRunId: string | undefined): readonly string[] {
    const run = taskRunId === undefined ? undefined : this.#runs.get(taskRunId);
    if (!run) return [];
    const outer = this.of(run.parentTaskRunId);
    return run.value === undefined ? outer : [...outer, run.value];
  }
}

/** Nothing, `[a]`, `[a][1]`. */
export function valuesText(values: readonly string[]): string {
  return values.map(value => `[${shorten(value, 30)}]`).join('');
}
