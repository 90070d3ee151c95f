import { z } from 'zod';
import type { Container, Progress } from '../container.ts';
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
      cache: z
        .strictObject({
          patterns: z
            .array(z.string())
            .meta({ title: 'Which files', description: 'Globs, relative to the directory.' }),
          ttl: z.string().optional().meta({ title: 'How long they are kept', description: 'ISO 8601, such as PT1H.' }),
        })
        .optional()
        .meta({
          title: 'Files to keep between executions',
          description: 'Put into the directory before the first task, and kept again after the last when they changed.',
        }),
    }),
  branches: [{ property: 'tasks', required: true, shape: 'list' }, ...errorBranches],
  restartsAnew: true,
  begin(container) {
    const { id } = container.run;
    container.await({ type: 'open-directory', key: `open:${id}`, taskRunId: id });
  },
  answered(container, about, { value }) {
    if (about !== 'close') return;
    container.note({ closed: true });
    container.output({ ...container.run.outputs, ...(value as object) });
  },
  step: container => (container.sequential('tasks') === 'waiting' ? 'waiting' : close(container)),
  // A directory is also closed when the execution is killed while it is being opened.
  stop: container => (container.notes.awaiting === undefined ? close(container) : 'waiting'),
  ending: container => container.scope('tasks'),
};

function close(container: Container): Progress {
  if (container.notes.closed) return 'done';
  const { id } = container.run;
  container.await({ type: 'close-directory', key: `close:${id}`, taskRunId: id });
  return 'waiting';
}
