/** The task types that keep a map of values from one execution to the next; Kestra has deprecated them for kv. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isMap, type ValueMap } from '../../model/value.ts';
import { KvStore } from '../../storage/kv-store.ts';
import { flagProperty, mapProperty, textProperty } from '../properties.ts';
import { type RunnableTaskType, type TaskContext, TaskError } from '../task-type.ts';

const properties = () => ({
  name: z.string().optional().meta({ title: 'The name of the state', default: 'default' }),
  namespace: z.boolean().optional().meta({ title: 'Whether all flows of the namespace share it', default: false }),
  taskrunValue: z.boolean().optional().meta({ title: 'Whether each value of a ForEach has its own', default: true }),
});
const errorOnMissing = () =>
  z.boolean().optional().meta({ title: 'Whether a missing state is an error', default: false });

const set: RunnableTaskType = {
  type: 'io.kestra.plugin.core.state.Set',
  aliases: ['io.kestra.core.tasks.states.Set'],
  title: 'Add values to a state',
  kind: 'runnable',
  schema: () =>
    z.strictObject({ ...properties(), data: z.record(z.string(), z.unknown()).meta({ title: 'The values' }) }),
  async run(context) {
    const key = await keyOf(context);
    const given = await mapProperty('data', context.task.properties.data, context.expressions);
    const data = { ...(await read(key, context)), ...given };
    const updated = new Date().toISOString();
    await new KvStore(context.storage).set(context.flow.namespace, key, { type: 'JSON', value: data, updated });
    return { state: 'SUCCESS', outputs: { key, count: Object.keys(data).length } };
  },
};

const get: RunnableTaskType = {
  type: 'io.kestra.plugin.core.state.Get',
  aliases: ['io.kestra.core.tasks.states.Get'],
  title: 'Read a state',
  kind: 'runnable',
  schema: () => z.strictObject({ ...properties(), errorOnMissing: errorOnMissing() }),
  async run(context) {
    const key = await keyOf(context);
    const data = await read(key, context);
    if (!data) await refuseMissing(key, context);
    return { state: 'SUCCESS', outputs: { count: Object.keys(data ?? {}).length, data: data ?? {} } };
  },
};

const remove: RunnableTaskType = {
  type: 'io.kestra.plugin.core.state.Delete',
  aliases: ['io.kestra.core.tasks.states.Delete'],
  title: 'Delete a state',
  kind: 'runnable',
  schema: () => z.strictObject({ ...properties(), errorOnMissing: errorOnMissing() }),
  async run(context) {
    const key = await keyOf(context);
    const deleted = await new KvStore(context.storage).delete(context.flow.namespace, key);
    if (!deleted) await refuseMissing(key, context);
    return { state: 'SUCCESS', outputs: { deleted } };
  },
};

export const stateTaskTypes: readonly RunnableTaskType[] = [set, get, remove];

/** The key of the pair that holds the state. */
async function keyOf({ task, taskRun, flow, expressions }: TaskContext): Promise<string> {
  const name = (await textProperty(task.properties.name, expressions)) ?? 'default';
  const shared = await flagProperty('namespace', task.properties.namespace, false, expressions);
  const byValue = await flagProperty('taskrunValue', task.properties.taskrunValue, true, expressions);
  const value = byValue && taskRun.value !== undefined ? [createHash('md5').update(taskRun.value).digest('hex')] : [];
  return [...(shared ? [] : [flow.id]), 'states', 'tasks-states', name, ...value].join('_');
}

async function read(key: string, { flow, storage }: TaskContext): Promise<ValueMap | undefined> {
  const value = (await new KvStore(storage).get(flow.namespace, key))?.value;
  return isMap(value) ? value : undefined;
}

async function refuseMissing(key: string, { task, expressions }: TaskContext): Promise<void> {
  if (await flagProperty('errorOnMissing', task.properties.errorOnMissing, false, expressions))
    throw new TaskError(`There is no state '${key}'.`);
}
