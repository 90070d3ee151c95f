/** Reads the children of a flowable task: lists, cases by value, and a Dag's tasks with what they depend on. */
import type { TaskDeclaration } from '../model/catalog.ts';
import type { Task } from '../model/flow.ts';
import { isList, isMap, type Value, type ValueMap } from '../model/value.ts';
import { shown } from './check/judge-issue.ts';
import { readDag } from './read-dag.ts';
import { readTask, type TaskReading } from './read-task.ts';
import type { Path } from './yaml/locations.ts';

export interface Branches {
  readonly branches: Readonly<Record<string, readonly Task[]>>;
  /** Of a Dag: task ids by task id. */
  readonly dependsOn?: ValueMap;
}

export function readBranches(
  source: ValueMap,
  declaration: TaskDeclaration,
  name: string,
  path: Path,
  reading: TaskReading,
): Branches {
  const branches: [string, readonly Task[]][] = [];
  let dependsOn: ValueMap | undefined;
  for (const { property, required, shape } of declaration.branches ?? []) {
    const value = source[property];
    const at = [...path, property];
    if (value === undefined || value === null) {
      if (required) missing(name, property, path, reading);
      continue;
    }
    if (shape === 'map') {
      branches.push(...readCases(value, at, name, property, reading));
      continue;
    }
    if (shape === 'runnable') {
      const task = readTask(value, at, reading);
      if (!task) continue;
      branches.push([property, [task]]);
      onlyRunnable([task], `as ${property} of a Pause task`, path, reading);
      continue;
    }
    const items = listOf(value, at, `${name}.${property}`, reading);
    if (items?.length === 0 && required) missing(name, property, at, reading);
    if (shape === 'dag') {
      const dag = readDag(items ?? [], at, name, reading);
      branches.push([property, dag.tasks]);
      dependsOn = dag.dependsOn;
    } else branches.push([property, readTasks(items ?? [], at, reading)]);
  }
  if (declaration.type === workingDirectory) {
    const children = branches.find(([branch]) => branch === 'tasks')?.[1] ?? [];
    onlyRunnable(children, 'as children of a WorkingDirectory task', path, reading);
  }
  return { branches: Object.fromEntries(branches), ...(dependsOn && { dependsOn }) };
}

/** Reads a list of tasks. */
export function readTasks(items: readonly Value[], path: Path, reading: TaskReading): readonly Task[] {
  return items.flatMap((item, index) => readTask(item, [...path, index], reading) ?? []);
}

/** The list, or undefined with a problem. */
export function listOf(value: Value, path: Path, name: string, { report }: TaskReading): readonly Value[] | undefined {
  if (isList(value)) return value;
  const hint = isMap(value) ? 'Put "- " in front of each task.' : undefined;
  report.add({ code: 'wrong-type', message: `${name}: must be a list of tasks, but is ${shown(value)}`, path, hint });
  return undefined;
}

function readCases(
  value: Value,
  path: Path,
  name: string,
  property: string,
  reading: TaskReading,
): [string, readonly Task[]][] {
  if (!isMap(value)) {
    const message = `${name}.${property}: must be a map from values to lists of tasks, but is ${shown(value)}`;
    reading.report.add({ code: 'wrong-type', message, path });
    return [];
  }
  return Object.entries(value).map(([key, item]) => {
    const items = item === null ? [] : listOf(item, [...path, key], `${name}.${property}.${key}`, reading);
    return [`${property}.${key}`, readTasks(items ?? [], [...path, key], reading)];
  });
}

function missing(name: string, property: string, path: Path, { report }: TaskReading): void {
  report.add({
    code: 'missing-property',
    message: `${name}.${property}: The '${property}' property cannot be empty`,
    path,
  });
}

const workingDirectory = 'io.kestra.plugin.core.flow.WorkingDirectory';

function onlyRunnable(children: readonly Task[], where: string, path: Path, { report, found }: TaskReading): void {
  for (const child of children) {
    const entry = found.find(({ task }) => task === child);
    if (!entry || entry.kind === 'runnable') continue;
    report.add({
      code: 'invalid-value',
      message: `${child.id}: Only runnable tasks are allowed ${where}`,
      path: entry.path.length > 0 ? [...entry.path, 'type'] : path,
      hint: `${child.type.slice(child.type.lastIndexOf('.') + 1)} is carried out by the engine itself; put it outside.`,
    });
  }
}
