/** `tasksWithState(state)`: `{state, taskId}` of tasks in that state, with `value` for iterations. */
import { isMap, type Value } from '../../model/value.ts';
import { type ExpressionFunction, missingArgument } from '../invocable.ts';
import { optionalText } from '../typed-arguments.ts';

export const tasksWithStateFunction: ExpressionFunction = {
  parameters: ['state'],
  call([state], frame) {
    const wanted = optionalText(state, 'state')?.toUpperCase();
    if (wanted === undefined) throw missingArgument('function', 'tasksWithState', 'state');
    const tasks = frame.variable('tasks') ?? null;
    if (!isMap(tasks)) return [];
    return Object.entries(tasks).flatMap(([taskId, task]) => (isMap(task) ? matching(taskId, task, wanted) : []));
  },
};

function matching(taskId: string, task: Readonly<Record<string, Value>>, wanted: string): Value[] {
  return Object.entries(task).flatMap(([key, value]): Value[] => {
    if (key === 'state' && typeof value === 'string') return value === wanted ? [{ state: wanted, taskId }] : [];
    const state = isMap(value) && Object.hasOwn(value, 'state') ? value.state : undefined;
    return state === wanted ? [{ state: wanted, value: key, taskId }] : [];
  });
}
