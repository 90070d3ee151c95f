import { z } from 'zod';
import { isTruthy } from '../../expression/truth.ts';
import type { Flowable } from '../flowable.ts';
import { errorBranches } from './branches.ts';

export const ifTask: Flowable = {
  type: 'io.kestra.plugin.core.flow.If',
  aliases: ['io.kestra.core.tasks.flows.If'],
  title: 'Run tasks when a condition holds, others when it does not.',
  kind: 'flowable',
  branchesAreOutput: true,
  schema: () =>
    z.strictObject({
      condition: z.union([z.string(), z.boolean()]).meta({
        title: 'The condition',
        description: 'An expression. It does not hold when it renders to `false`, `0`, `-0` or nothing.',
      }),
    }),
  branches: [
    { property: 'then', required: true, shape: 'list' },
    { property: 'else', required: false, shape: 'list' },
    ...errorBranches,
  ],
  begin: container => container.ask('condition', container.task.properties.condition ?? '', 'text'),
  answered(container, _about, { value }) {
    const holds = isTruthy(value);
    container.note({ branch: holds ? 'then' : 'else' });
    container.output({ evaluationResult: holds });
  },
  step: container => container.sequential(String(container.notes.branch)),
  ending: container => container.scope(String(container.notes.branch)),
};
