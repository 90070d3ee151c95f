import { z } from 'zod';
import { renderDeep, renderDeepTyped } from '../../expression/index.ts';
import { parseIsoDuration } from '../../model/duration.ts';
import { isList, isMap, type Value } from '../../model/value.ts';
import { asText, textMapProperty } from '../properties.ts';
import { textMap } from '../property-schemas.ts';
import { type RunnableTaskType, TaskError } from '../task-type.ts';

const types = ['counter', 'timer', 'gauge'] as const;

/** Records metrics. A timer's value is an ISO 8601 duration or a number of seconds. */
export const publishMetrics: RunnableTaskType = {
  type: 'io.kestra.plugin.core.metric.Publish',
  aliases: [],
  title: 'Record metrics',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      metrics: z
        .array(
          z.strictObject({
            type: z.enum(types),
            name: z.string(),
            value: z.string(),
            tags: textMap().optional(),
            description: z.string().optional(),
          }),
        )
        .meta({ title: 'The metrics: type, name, value and tags of each' }),
    }),
  async run({ task: { properties }, expressions, metric }) {
    const given = properties.metrics ?? [];
    const metrics =
      typeof given === 'string' ? await renderDeepTyped(given, expressions) : await renderDeep(given, expressions);
    if (!isList(metrics)) throw new TaskError('The property metrics must be a list.');
    for (const item of metrics) {
      if (!isMap(item))
        throw new TaskError(`A metric must be a map with type, name and value, but it is ${asText(item)}.`);
      const name = asText(item.name ?? null);
      const type = types.find(candidate => candidate === item.type);
      if (type === undefined || name === '') {
        throw new TaskError(`The metric "${name}" needs a name and the type ${types.join(', ')}.`);
      }
      const value =
        type === 'timer' ? timerValue(item.value ?? null) : Number(asText(item.value ?? null) || Number.NaN);
      if (!Number.isFinite(value))
        throw new TaskError(
          `The metric "${name}" has the value "${asText(item.value ?? null)}", which is not a number.`,
        );
      metric({
        name,
        type,
        value,
        tags: await textMapProperty('tags', isMap(item.tags) ? item.tags : {}, expressions),
      });
    }
    return { state: 'SUCCESS', outputs: {} };
  },
};

/** Milliseconds; not a number when it is neither a duration nor seconds. */
function timerValue(value: Value): number {
  const given = asText(value);
  if (given === '') return Number.NaN;
  if (!Number.isNaN(Number(given))) return Number(given) * 1000;
  try {
    return parseIsoDuration(given);
  } catch {
    return Number.NaN;
  }
}
