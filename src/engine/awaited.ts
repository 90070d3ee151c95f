/**
 * What a task run waits for: the key of one effect, kept with the run, so that an answer counts once, a late one not
 * at all, and a run that ends takes its question back.
 */
import type { TaskRun } from '../model/execution.ts';

/** The key of the effect; undefined when it waits for none. */
export function awaited(run: TaskRun): string | undefined {
  const key = run.progress?.awaiting;
  return typeof key === 'string' ? key : undefined;
}

/** The run, waiting for that effect and no other. */
export function withAwaited(run: TaskRun, key: string): TaskRun {
  return { ...run, progress: { ...run.progress, awaiting: key } };
}

/** The run, waiting for none. */
export function withoutAwaited(run: TaskRun): TaskRun {
  const { awaiting: _, ...progress } = run.progress ?? {};
  return { ...run, progress };
}
