import { z } from 'zod';
import type { Label } from '../../model/flow.ts';
import { jsonOrText } from '../../model/json.ts';
import { numberText } from '../../model/numbers.ts';
import { isList, isMap, isNumeric, type Value } from '../../model/value.ts';
import { type Flowable, FlowableFailure } from '../flowable.ts';

export const labels: Flowable = {
  type: 'io.kestra.plugin.core.execution.Labels',
  aliases: ['io.kestra.core.tasks.executions.Labels'],
  title: 'Add labels to the execution, or change them.',
  kind: 'immediate',
  schema: () =>
    z.strictObject({
      labels: z
        .union([z.string(), z.record(z.string(), z.unknown()), z.array(z.unknown())])
        .meta({ title: 'The labels', description: 'A map, a list of {key, value}, or an expression that gives one.' }),
    }),
  begin: container => container.ask('labels', container.task.properties.labels ?? {}, 'typed'),
  answered(container, _about, { value }) {
    // The property may be a JSON text with expressions in it.
    const given = labelList(typeof value === 'string' ? jsonOrText(value) : value);
    for (const { key } of given) {
      if (key.startsWith('system.'))
        throw new FlowableFailure(`System labels can only be set by Windlass itself, offending label: ${key}`);
    }
    const kept = container.draft.execution.labels.filter(label => !given.some(({ key }) => key === label.key));
    container.draft.change({ labels: [...kept, ...given] });
  },
  step: () => 'done',
  ending: () => ({ state: 'SUCCESS' }),
};

function labelList(value: Value): readonly Label[] {
  if (isMap(value)) return Object.entries(value).map(([key, text]) => label(key, text));
  if (isList(value)) {
    return value.map(item => {
      if (!isMap(item)) throw new FlowableFailure('Each label of a list must be a map with `key` and `value`.');
      return label(String(item.key), item.value ?? null);
    });
  }
  throw new FlowableFailure('The labels must be a map or a list of {key, value}, or JSON text of one.');
}

function label(key: string, value: Value): Label {
  if (isNumeric(value)) return { key, value: numberText(value) };
  if (typeof value === 'object' && value !== null)
    throw new FlowableFailure(`The label ${key} needs a value that is a text, a number or a boolean.`);
  // An expression may give nothing: unlike a flow's own labels, those set on the way may be empty.
  return { key, value: String(value ?? '') };
}
