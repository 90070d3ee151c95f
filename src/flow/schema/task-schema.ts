import { z } from 'zod';
import { lazily } from './lazily.ts';
import { logLevel, taskId, workerGroup } from './scalars.ts';

/** The properties that every task has. */
export const taskSchema = lazily(() =>
  z.strictObject({
    id: taskId().meta({ title: 'The id of the task', description: 'Unique in its flow.' }),
    type: z.string().meta({ title: 'The type of the task' }),
    version: z.string().optional().meta({ title: 'The version of the plugin' }),
    description: z.string().optional().meta({ title: 'What the task is for', description: 'Markdown.' }),
    retry: z.unknown().optional().meta({ title: 'How a failure is retried' }),
    timeout: z
      .union([z.string(), z.number()])
      .optional()
      .meta({ title: 'How long it may take', description: 'An ISO 8601 duration.', examples: ['PT15M'] }),
    disabled: z.boolean().optional().meta({ title: 'Whether the task is left out' }),
    runIf: z
      .string()
      .optional()
      .meta({ title: 'An expression; the task is skipped when it is false', examples: ['{{ inputs.run }}'] }),
    allowFailure: z.boolean().optional().meta({ title: 'Whether a failure is only a warning' }),
    allowWarning: z.boolean().optional().meta({ title: 'Whether a warning is a success' }),
    logLevel: logLevel().optional().meta({ title: 'The lowest level that is logged' }),
    logToFile: z.boolean().optional().meta({ title: 'Whether the log goes to a file' }),
    workerGroup: workerGroup().optional().meta({ title: 'Which workers may run it' }),
    taskCache: z
      .strictObject({
        enabled: z.boolean().meta({ title: 'Whether its outputs are taken again' }),
        ttl: z
          .string()
          .optional()
          .meta({ title: 'How long they stay good', description: 'An ISO 8601 duration.', examples: ['P1D'] }),
      })
      .optional()
      .meta({ title: 'Outputs of a former run, while the rendered properties are the same' }),
  }),
);
