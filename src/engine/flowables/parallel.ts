import { z } from 'zod';
import { enabled } from '../container.ts';
import type { Flowable } from '../flowable.ts';
import { errorBranches } from './branches.ts';

export const parallel: Flowable = {
  type: 'io.kestra.plugin.core.flow.Parallel',
  aliases: ['io.kestra.core.tasks.flows.Parallel'],
  title: 'Run tasks at the same time.',
  kind: 'flowable',
  schema: () => z.strictObject({ concurrent: concurrentProperty() }),
  branches: [{ property: 'tasks', required: true, shape: 'list' }, ...errorBranches],
  step(container) {
    const limit = concurrency(container.task.properties.concurrent);
    const tasks = enabled(container.task.branches.tasks ?? []);
    for (;;) {
      const { created, active, failed, killed } = container.scope('tasks');
      const next = tasks[created];
      if (!next || failed > 0 || killed > 0 || (limit > 0 && active >= limit)) return active > 0 ? 'waiting' : 'done';
      container.start(next, 'tasks');
    }
  },
  ending: container => container.scope('tasks'),
};

/** The schema of `concurrent`, here and in a Dag. */
export function concurrentProperty(): z.ZodType {
  return z
    .int()
    .min(0)
    .optional()
    .meta({ title: 'How many run at once', description: '0, the default, means all.', default: 0 });
}

/** The number of a `concurrent` property; 0 where it is not given. */
export function concurrency(value: unknown, fallback = 0): number {
  return typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : fallback;
}
