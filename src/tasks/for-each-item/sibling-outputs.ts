/** What the task before has given, in the same iterations of the ForEach around. */
import { isList, isMap, type Value } from '../../model/value.ts';
import { type TaskContext, TaskError } from '../task-type.ts';

/** A text among the outputs of a task that has the same parent. @throws TaskError when it is not there */
export function siblingOutput(taskId: string, name: string, { expressions }: TaskContext): string {
  const { variables } = expressions;
  const parents = variables.get('parents') ?? null;
  // The nearest parent stands first; outputs are nested from the outside in.
  const values = (isList(parents) ? parents.toReversed() : []).flatMap(parent => {
    const value = at(at(parent, 'taskrun'), 'value');
    return typeof value === 'string' ? [value] : [];
  });
  const found = [taskId, ...values, name].reduce(at, variables.get('outputs') ?? null);
  if (typeof found !== 'string') throw new TaskError(`The task ${taskId} has given no ${name}.`);
  return found;
}

function at(value: Value, name: string): Value {
  return isMap(value) && Object.hasOwn(value, name) ? (value[name] ?? null) : null;
}
