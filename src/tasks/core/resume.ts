import { z } from 'zod';
import { mapProperty, textProperty } from '../properties.ts';
import { anyMap } from '../property-schemas.ts';
import { type RunnableTaskType, type TaskContext, TaskError } from '../task-type.ts';

/** Lets a paused execution go on, with the inputs that its Pause asks for. */
export const resumeExecution: RunnableTaskType = {
  type: 'io.kestra.plugin.core.execution.Resume',
  aliases: [],
  title: 'Let a paused execution go on',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      executionId: z.string().optional().meta({ title: 'The execution', default: '{{ execution.id }}' }),
      namespace: z.string().optional().meta({ title: 'The namespace of its flow' }),
      flowId: z.string().optional().meta({
        title: 'Its flow',
        description: 'Without executionId: the latest paused execution of this flow.',
      }),
      inputs: anyMap().optional().meta({ title: 'What its Pause asks for (onResume)' }),
    }),
  async run(context) {
    const { task, expressions } = context;
    const inputs = await mapProperty('inputs', task.properties.inputs, expressions);
    await context.resume(await chosen(context), inputs);
    return { state: 'SUCCESS', outputs: {} };
  },
};

async function chosen({ task, expressions, execution, history }: TaskContext): Promise<string> {
  const text = (name: string) => textProperty(task.properties[name], expressions);
  const [id, flowId] = [await text('executionId'), await text('flowId')];
  if (id !== undefined) return id;
  if (flowId === undefined) return execution.id;
  const namespace = (await text('namespace')) ?? execution.namespace;
  const paused = (await history.executions()).find(
    each => each.state === 'PAUSED' && each.flowId === flowId && each.namespace === namespace,
  );
  if (!paused) throw new TaskError(`There is no paused execution of the flow '${namespace}.${flowId}'.`);
  return paused.id;
}
