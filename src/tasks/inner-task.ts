/** Tasks that are written in a property of another task. */
import { readFlows } from '../flow/index.ts';
import type { Task } from '../model/flow.ts';
import { writeJson } from '../model/json.ts';
import type { ValueMap } from '../model/value.ts';
import type { TaskCatalog } from './registry.ts';
import { type RunnableTaskType, TaskError } from './task-type.ts';

/**
 * Checks such a task as one of a flow.
 *
 * @param id of the task around it: outputs and logs are found by it
 * @param where the property, for messages
 * @throws TaskError when it is none that a worker runs
 */
export function readInnerTask(
  written: ValueMap,
  id: string,
  where: string,
  catalog: TaskCatalog,
): { readonly type: RunnableTaskType; readonly task: Task } {
  const flow = { id: 'inner', namespace: 'inner', tasks: [{ ...written, id }] };
  const { flows, problems } = readFlows({ name: where, text: writeJson(flow) }, { catalog });
  const errors = problems.filter(({ severity }) => severity === 'error');
  const task = flows[0]?.tasks[0];
  if (errors.length > 0 || !task) {
    throw new TaskError(`The property ${where} is no task: ${errors.map(({ message }) => message).join('; ')}`);
  }
  const type = catalog.runnable(task.type);
  if (!type) throw new TaskError(`The property ${where} must be a task that a worker runs, but it is a ${task.type}.`);
  return { type, task };
}
