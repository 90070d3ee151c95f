import { z } from 'zod';
import { withoutNulls } from '../../model/without-nulls.ts';
import { mapProperty } from '../properties.ts';
import { anyMap } from '../property-schemas.ts';
import type { RunnableTaskType } from '../task-type.ts';

/** Gives values as outputs: texts and keys are rendered to texts, other values keep their type, null ones are dropped. */
export const outputValues: RunnableTaskType = {
  type: 'io.kestra.plugin.core.output.OutputValues',
  aliases: [],
  title: 'Give values as outputs',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      values: anyMap().optional().meta({
        title: 'The values by name',
        description: 'Read as {{ outputs.<task>.values.<name> }}.',
      }),
    }),
  async run({ task, expressions }) {
    const values = await mapProperty('values', task.properties.values, expressions);
    return { state: 'SUCCESS', outputs: { values: withoutNulls(values) } };
  },
};
