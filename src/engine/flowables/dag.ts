import { z } from 'zod';
import { isList, type Value } from '../../model/value.ts';
import { enabled, hasEnded, mapProperty } from '../container.ts';
import type { Flowable } from '../flowable.ts';
import { errorBranches } from './branches.ts';
import { concurrency } from './parallel.ts';

export const dag: Flowable = {
  type: 'io.kestra.plugin.core.flow.Dag',
  aliases: ['io.kestra.core.tasks.flows.Dag'],
  title: 'Run tasks as soon as the tasks they depend on have ended.',
  kind: 'flowable',
  schema: () =>
    z.strictObject({
      concurrent: z
        .int()
        .min(0)
        .optional()
        .meta({ title: 'How many run at once', description: '0, the default, means all.', default: 0 }),
    }),
  branches: [{ property: 'tasks', required: true, shape: 'dag' }, ...errorBranches],
  step(container) {
    const limit = concurrency(container.task.properties.concurrent);
    const dependsOn = mapProperty(container.task, 'dependsOn');
    const tasks = enabled(container.task.branches.tasks ?? []);
    const ids = new Set(tasks.map(task => task.id));
    const ready = (id: string) => names(dependsOn[id]).every(name => !ids.has(name) || hasEnded(container.child(name)));
    for (const task of tasks) {
      const scope = container.scope('tasks');
      if (scope.failed > 0 || scope.killed > 0 || scope.created === tasks.length) break;
      if (limit > 0 && scope.active >= limit) break;
      if (!container.child(task.id) && ready(task.id)) container.start(task, 'tasks');
    }
    return container.scope('tasks').active > 0 ? 'waiting' : 'done';
  },
  ending: container => container.scope('tasks'),
};

function names(value: Value | undefined): readonly string[] {
  return isList(value) ? value.map(String) : [];
}
