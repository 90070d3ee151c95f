import { z } from 'zod';
import type { Flowable } from '../flowable.ts';
import { errorBranches } from './branches.ts';

const files = z.union([z.string(), z.record(z.string(), z.unknown())]);

export const workingDirectory: Flowable = {
  type: 'io.kestra.plugin.core.flow.WorkingDirectory',
  aliases: ['io.kestra.core.tasks.flows.WorkingDirectory', 'io.kestra.core.tasks.flows.Worker'],
  title: 'Run tasks one after the other in one working directory.',
  kind: 'flowable',
  schema: () =>
    z.strictObject({
      inputFiles: files
        .optional()
        .meta({ title: 'Files to put into the directory', description: 'A map from name to content or storage URI.' }),
      outputFiles: z
        .union([z.string(), z.array(z.string())])
        .optional()
        .meta({
          title: 'Files to keep',
          description: 'Globs, relative to the directory; collected when all tasks have ended.',
        }),
      namespaceFiles: z.unknown().optional().meta({ title: 'Namespace files to put into the directory' }),
      cache: z.unknown().optional().meta({ title: 'Files to keep between executions' }),
    }),
  branches: [{ property: 'tasks', required: true, shape: 'list' }, ...errorBranches],
  begin(container) {
    container.draft.effect({ type: 'open-directory', key: `open:${container.run.id}`, taskRunId: container.run.id });
  },
  answered(container, about, { value }) {
    if (about === 'open') container.note({ open: true });
    else {
      container.note({ closed: true });
      container.output({ ...container.run.outputs, ...(value as object) });
    }
  },
  step(container) {
    if (!container.notes.open) return 'waiting';
    if (container.notes.closed) return 'done';
    if (container.sequential('tasks') === 'waiting') return 'waiting';
    if (!container.notes.closing) {
      container.note({ closing: true });
      container.draft.effect({
        type: 'close-directory',
        key: `close:${container.run.id}`,
        taskRunId: container.run.id,
      });
    }
    return 'waiting';
  },
  ending: container => container.scope('tasks'),
};
