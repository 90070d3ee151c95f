/**
 * What a task run waits for: the key of one effect, kept with the run, so that an answer counts once, a late one not
 * at all, and a run that ends takes its question back.
 */
import type { TaskRun } from '../model/execution.ts';

export function awaited(run: TaskRun): string | undefined {
  const key = run.progress?.awaiting;
  return typeof key === 'string' ? key : undefined;
}

export function withAwaited(run: TaskRun, key: string): TaskRun {
  return { ...run, progress: { ...run.progress, awaiting: key } };
}

export function withoutAwaited(run: TaskRun): TaskRun {
  const { awaiting: _, ...progress } = run.progress ?? {};
  return { ...run, progress };
}
