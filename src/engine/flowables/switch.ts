import { z } from 'zod';
import { type Flowable, FlowableFailure } from '../flowable.ts';
import { errorBranches } from './branches.ts';

export const switchTask: Flowable = {
  type: 'io.kestra.plugin.core.flow.Switch',
  aliases: ['io.kestra.core.tasks.flows.Switch'],
  title: 'Run the tasks of the case that a value matches.',
  kind: 'flowable',
  branchesAreOutput: true,
  schema: () =>
    z.strictObject({
      value: z
        .union([z.string(), z.number(), z.boolean()])
        .meta({ title: 'The value', description: 'An expression; its text is compared with the names of the cases.' }),
    }),
  branches: [
    { property: 'cases', required: false, shape: 'map' },
    { property: 'defaults', required: false, shape: 'list' },
    ...errorBranches,
  ],
  check: properties =>
    properties.cases === undefined && properties.defaults === undefined
      ? [{ path: '', message: 'No task defined, neither cases or default have any tasks' }]
      : [],
  begin: container => container.ask('value', container.task.properties.value ?? '', 'text'),
  answered(container, _about, { value }) {
    const text = value === null ? '' : String(value);
    const matched = Object.hasOwn(container.task.branches, `cases.${text}`);
    const branch = matched ? `cases.${text}` : 'defaults';
    container.output({ value: text, defaults: !matched });
    if (!matched && !container.task.branches.defaults?.length) {
      throw new FlowableFailure(
        `No case of the Switch '${container.task.id}' matches the value '${text}', and it has no defaults. Add the case, or defaults.`,
        'WARN',
      );
    }
    container.note({ branch });
  },
  step: container => container.sequential(String(container.notes.branch)),
  ending: container => container.scope(String(container.notes.branch)),
};
