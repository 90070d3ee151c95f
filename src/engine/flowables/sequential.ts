import { z } from 'zod';
import type { Flowable } from '../flowable.ts';
import { errorBranches } from './branches.ts';

export const sequential: Flowable = {
  type: 'io.kestra.plugin.core.flow.Sequential',
  aliases: ['io.kestra.core.tasks.flows.Sequential'],
  title: 'Run tasks one after the other.',
  kind: 'flowable',
  schema: () => z.strictObject({}),
  branches: [{ property: 'tasks', required: true, shape: 'list' }, ...errorBranches],
  step: container => container.sequential('tasks'),
  ending: container => container.scope('tasks'),
};
