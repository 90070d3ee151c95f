/** A Dag's tasks: `{task, dependsOn}` items, dependencies that exist and have no cycle. */
import type { Task } from '../model/flow.ts';
import { isList, isMap, type Value, type ValueMap } from '../model/value.ts';
import { findCycle } from './check/cycle.ts';
import { shown } from './check/judge-issue.ts';
import { nearest } from './check/nearest.ts';
import { readTask, type TaskReading } from './read-task.ts';
import { scalarText } from './scalar-text.ts';
import type { Path } from './yaml/locations.ts';

interface Dependency {
  readonly from: string;
  readonly to: string;
  readonly path: Path;
}

export function readDag(
  items: readonly Value[],
  path: Path,
  name: string,
  reading: TaskReading,
): { readonly tasks: readonly Task[]; readonly dependsOn: ValueMap } {
  const tasks: Task[] = [];
  const ids = new Set<string>();
  const dependencies: Dependency[] = [];
  for (const [index, item] of items.entries()) {
    const at = [...path, index];
    if (!isMap(item) || !isMap(item.task)) {
      const hint = isMap(item) && item.type !== undefined ? 'Put the task below "task:".' : undefined;
      reading.report.add({
        code: 'wrong-type',
        message: `${name}.tasks: each item of a Dag must be a map with a task, but is ${shown(item)}`,
        path: at,
        hint: hint ?? 'Write "- task:" with the task below it, and dependsOn beside it.',
      });
      continue;
    }
    const id = scalarText(item.task.id) ?? '';
    ids.add(id);
    dependencies.push(...dependenciesOf(item, id, at, name, reading));
    const task = readTask(item.task, [...at, 'task'], reading);
    if (task) tasks.push(task);
  }
  checkDependencies(ids, dependencies, name, path, reading);
  const dependsOn = Object.fromEntries(
    tasks.map(task => [task.id, dependencies.filter(({ from }) => from === task.id).map(({ to }) => to)]),
  );
  return { tasks, dependsOn };
}

function dependenciesOf(item: ValueMap, from: string, path: Path, name: string, { report }: TaskReading): Dependency[] {
  for (const key of Object.keys(item)) {
    if (key === 'task' || key === 'dependsOn') continue;
    const near = nearest(key, ['task', 'dependsOn']);
    report.add({
      code: 'unknown-property',
      message: `${name}.tasks: Unrecognized field "${key}" of a Dag's item`,
      path: [...path, key],
      on: 'key',
      hint: near ? `Did you mean "${near}"?` : 'Its properties are dependsOn, task.',
    });
  }
  const list = item.dependsOn ?? [];
  const ids = isList(list) ? list.map(scalarText) : [undefined];
  if (ids.every(id => id !== undefined)) {
    return ids.map((to, index) => ({ from, to, path: [...path, 'dependsOn', index] }));
  }
  report.add({
    code: 'wrong-type',
    message: `${name}.tasks: dependsOn must be a list of task ids`,
    path: [...path, 'dependsOn'],
  });
  return [];
}

function checkDependencies(
  ids: ReadonlySet<string>,
  dependencies: readonly Dependency[],
  name: string,
  path: Path,
  { report }: TaskReading,
): void {
  for (const { to, path: at } of dependencies) {
    if (ids.has(to)) continue;
    const near = nearest(to, ids);
    report.add({
      code: 'unknown-task',
      message: `${name}: Not existing task id in dependency: ${to}`,
      path: at,
      hint: near && `Did you mean ${near}?`,
    });
  }
  const cycle = findCycle(
    new Map([...ids].map(id => [id, dependencies.filter(({ from }) => from === id).map(({ to }) => to)])),
  );
  if (!cycle) return;
  const first = dependencies.find(({ from, to }) => from === cycle[0] && to === (cycle[1] ?? cycle[0]));
  report.add({
    code: 'cycle',
    message: `${name}: Cyclic dependency detected: ${cycle.join(', ')}`,
    path: first?.path ?? path,
  });
}
