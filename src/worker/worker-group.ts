/** `workerGroup`: whether this process may run a task, and what happens where it may not. */
import { render } from '../expression/index.ts';
import type { TaskResult } from '../model/execution.ts';
import type { WorkerGroup } from '../model/flow.ts';
import { type TaskContext, TaskError } from '../tasks/task-type.ts';
import { Patience } from './patience.ts';

/**
 * Undefined when the task may run here. Else how it ends: CANCELLED, or with a `TaskError`; or, where it is to wait, not
 * before it is stopped. A process that serves the group runs it when it resumes the execution.
 *
 * @param served the groups of this process; undefined: all
 */
export async function keptFromRunning(
  { key, fallback }: WorkerGroup,
  served: readonly string[] | undefined,
  { expressions, signal, log }: Pick<TaskContext, 'expressions' | 'signal' | 'log'>,
): Promise<TaskResult | undefined> {
  if (!served) return undefined;
  const group = await render(key, expressions);
  if (served.includes(group)) return undefined;
  const here = `This process is no worker of the group '${group}' (windlass.worker-groups: ${served.join(', ') || 'none'})`;
  if (fallback === 'FAIL') throw new TaskError(`${here}, and fallback is FAIL.`);
  if (fallback === 'CANCEL') {
    log('WARN', `${here}, and fallback is CANCEL.`);
    return { state: 'CANCELLED', outputs: {} };
  }
  log('WARN', `${here}: the task waits. End this process, and resume the execution with one that is.`);
  const patience = new Patience();
  signal.addEventListener('abort', () => patience.end(), { once: true });
  // A timer, because nothing else would keep the process.
  if (!signal.aborted) await patience.until(Number.POSITIVE_INFINITY);
  return { state: 'KILLED', outputs: {} };
}
