import { z } from 'zod';
import { lazily } from './lazily.ts';
import { duration, labels, taskId } from './scalars.ts';

/** One SLA of a flow: a limit on its duration, or an assertion. */
export const slaSchema = lazily(() => {
  const common = { id: taskId(), behavior: z.enum(['FAIL', 'CANCEL', 'NONE']), labels: labels().optional() };
  return z.discriminatedUnion('type', [
    z.strictObject({ ...common, type: z.literal('MAX_DURATION'), duration: duration() }),
    z.strictObject({ ...common, type: z.literal('EXECUTION_ASSERTION'), assert: z.string() }),
  ]);
});
