/** The properties of a flow, without what is below `tasks`, `inputs` and `triggers`: those are read by type. */
import { z } from 'zod';
import { checkSchema } from './check-schema.ts';
import { lazily } from './lazily.ts';
import { outputSchema } from './output-schema.ts';
import { anyMap, labels, workerGroup } from './scalars.ts';
import { slaSchema } from './sla-schema.ts';

/** Items are checked one by one elsewhere. */
const items = lazily(() => z.array(z.unknown()));

export const flowSchema = lazily(() =>
  z.strictObject({
    id: z
      .string()
      .min(1)
      .max(100)
      .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/)
      .meta({ title: 'The id of the flow' }),
    namespace: z
      .string()
      .min(1)
      .max(150)
      .regex(/^[a-z0-9][a-z0-9._-]*$/)
      .meta({ title: 'The namespace', description: 'A dotted name; it groups flows.' }),
    tenantId: z.string().optional(),
    revision: z.int().min(1).optional().meta({ title: 'The revision', description: 'Given by the server.' }),
    description: z.string().optional().meta({ title: 'What the flow is for', description: 'Markdown.' }),
    labels: labels().optional().meta({ title: 'Labels of every execution' }),
    inputs: items().optional().meta({ title: 'What an execution is given' }),
    variables: anyMap().optional().meta({ title: 'Values for expressions, as vars.*' }),
    tasks: items().min(1).meta({ title: 'The tasks, one after the other' }),
    errors: items().optional().meta({ title: 'Tasks that run when one has failed' }),
    finally: items().optional().meta({ title: 'Tasks that run at the end, whatever happened' }),
    afterExecution: items().optional().meta({ title: 'Tasks that run when the execution has ended' }),
    listeners: items().optional().meta({ title: 'Deprecated; use errors, finally or a Flow trigger' }),
    triggers: items().optional().meta({ title: 'What starts executions on a server' }),
    pluginDefaults: z
      .array(z.strictObject({ type: z.string(), forced: z.boolean().optional(), values: anyMap() }))
      .optional()
      .meta({ title: 'Values for properties by type of task or runner' }),
    concurrency: z
      .strictObject({ limit: z.int().positive(), behavior: z.enum(['QUEUE', 'CANCEL', 'FAIL']).optional() })
      .optional()
      .meta({ title: 'How many executions run at once' }),
    outputs: z.array(outputSchema()).optional().meta({ title: 'What an execution gives back' }),
    retry: z.unknown().optional().meta({ title: 'How a failure is retried' }),
    sla: z.array(slaSchema()).optional().meta({ title: 'What is promised of an execution' }),
    checks: z.array(checkSchema()).optional().meta({ title: 'What must hold before an execution is created' }),
    workerGroup: workerGroup().optional(),
    disabled: z.boolean().optional().meta({ title: 'Whether no execution may be created' }),
    deleted: z.boolean().optional(),
  }),
);
