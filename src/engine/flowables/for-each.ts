import { z } from 'zod';
import type { TaskRun } from '../../model/execution.ts';
import { parseJson, writeJson } from '../../model/json.ts';
import { isList, isMap, isNumeric, numericKind, type Value } from '../../model/value.ts';
import { type Container, enabled, type Progress } from '../container.ts';
import { type Flowable, FlowableFailure } from '../flowable.ts';
import { errorBranches } from './branches.ts';
import { concurrency } from './parallel.ts';

const values = () =>
  z.union([z.string(), z.array(z.unknown())]).meta({
    title: 'The values',
    description:
      'A list, or an expression or JSON text that gives one. Every value becomes text; equal ones count once.',
  });

export const forEach: Flowable = {
  type: 'io.kestra.plugin.core.flow.ForEach',
  aliases: [],
  title: 'Run tasks for each value of a list.',
  kind: 'flowable',
  schema: () =>
    z.strictObject({
      values: values(),
      concurrencyLimit: z.int().min(0).optional().meta({
        title: 'How many values at once',
        description: '1, the default: one after the other. 0: all at once.',
        default: 1,
      }),
    }),
  branches: [{ property: 'tasks', required: true, shape: 'list' }, ...errorBranches],
  begin: container => container.ask('values', container.task.properties.values ?? [], 'text'),
  answered: (container, _about, { value }) => container.note({ values: iterationValues(value) }),
  step: (container, ended) => stepGroups(container, ended, concurrency(container.task.properties.concurrencyLimit, 1)),
  ending: container => container.groups('tasks'),
};

export const eachSequential: Flowable = {
  ...forEach,
  type: 'io.kestra.plugin.core.flow.EachSequential',
  aliases: ['io.kestra.core.tasks.flows.EachSequential'],
  title: 'Run tasks for each value, one value after the other. Older form of ForEach.',
  schema: () => z.strictObject({ value: values() }),
  begin: container => container.ask('values', container.task.properties.value ?? [], 'text'),
  step: (container, ended) => stepGroups(container, ended, 1),
};

export const eachParallel: Flowable = {
  ...eachSequential,
  type: 'io.kestra.plugin.core.flow.EachParallel',
  aliases: ['io.kestra.core.tasks.flows.EachParallel'],
  title: 'Run tasks for each value, values at the same time. Older form of ForEach.',
  schema: () =>
    z.strictObject({
      value: values(),
      concurrent: z.int().min(0).optional().meta({ title: 'How many values at once', default: 0 }),
    }),
  step: (container, ended) => stepGroups(container, ended, concurrency(container.task.properties.concurrent)),
};

/** Goes on with the group of a value, then starts the groups there is room for. */
function stepGroups(container: Container, ended: TaskRun | undefined, limit: number): Progress {
  const list = container.notes.values as readonly string[];
  if (enabled(container.task.branches.tasks ?? []).length === 0) return 'done';
  const step = (iteration: number) => container.sequential('tasks', { value: list[iteration] ?? '', iteration });
  const { created, failed } = container.groups('tasks');
  if (failed === 0 && ended?.iteration !== undefined) step(ended.iteration);
  // After a restart any group may stand between two of its tasks, held up by the failure of another.
  else if (failed === 0) for (let iteration = 0; iteration < created; iteration++) step(iteration);
  for (;;) {
    const { created, active, failed, killed } = container.groups('tasks');
    if (created === list.length || failed > 0 || killed > 0 || (limit > 0 && active >= limit))
      return active > 0 ? 'waiting' : 'done';
    step(created);
  }
}

/** The texts of the values: lists as they are, JSON text parsed. Messages after Kestra's FlowableUtils. */
function iterationValues(rendered: Value): readonly string[] {
  const list = typeof rendered === 'string' ? parseList(rendered) : rendered;
  if (!isList(list))
    throw new FlowableFailure(
      `Unknown value type: ${describe(list)}. The values must be a list, or JSON text of a list.`,
    );
  const nulls = list.filter(item => item === null).length;
  if (nulls > 0) throw new FlowableFailure(`Found '${nulls}' null values on Each, with values=${writeJson(list)}`);
  return [...new Set(list.map(item => valueText(item, typeof rendered !== 'string')))];
}

function parseList(text: string): Value {
  try {
    return parseJson(text);
  } catch (error) {
    throw new FlowableFailure(`The values are not a JSON list: ${(error as Error).message}`);
  }
}

function valueText(item: Value, written: boolean): string {
  if (typeof item === 'string') return item;
  // Kestra takes only texts, integers and maps where the list stands in the flow itself; JSON text may hold anything.
  const integral = isNumeric(item) && ['integer', 'long', 'biginteger'].includes(numericKind(item));
  if (written && !integral && !isMap(item)) throw new FlowableFailure(`Unknown value element type: ${describe(item)}`);
  return writeJson(item as object);
}

function describe(value: Value): string {
  if (value === null) return 'null';
  if (isList(value)) return 'a list';
  if (isMap(value)) return 'a map';
  return isNumeric(value) ? `a ${numericKind(value)} (${value})` : `a ${typeof value} (${value})`;
}
