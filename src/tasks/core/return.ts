import { z } from 'zod';
import { asText, textProperty } from '../properties.ts';
import type { RunnableTaskType } from '../task-type.ts';

/** Gives a rendered text as its output; nothing without `format`. */
export const returnTask: RunnableTaskType = {
  type: 'io.kestra.plugin.core.debug.Return',
  aliases: ['io.kestra.core.tasks.debugs.Return'],
  title: 'Give a text as output',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      format: z
        .union([z.string(), z.array(z.unknown()), z.record(z.string(), z.unknown())])
        .optional()
        .meta({ title: 'The text; expressions are rendered', description: 'A list or a map becomes JSON.' }),
    }),
  async run({ task, expressions, metric }) {
    const started = performance.now();
    const { format } = task.properties;
    const written = typeof format === 'object' && format !== null ? asText(format) : format;
    const value = await textProperty(written, expressions);
    if (value === undefined) return { state: 'SUCCESS', outputs: {} };
    metric({ name: 'length', type: 'counter', value: value.length });
    metric({ name: 'duration', type: 'timer', value: performance.now() - started });
    return { state: 'SUCCESS', outputs: { value } };
  },
};
