import { z } from 'zod';
import { lazily } from './lazily.ts';

/** One check of a flow: a condition that is looked at before an execution is created. */
export const checkSchema = lazily(() =>
  z.strictObject({
    condition: z.string(),
    message: z.string(),
    style: z.enum(['ERROR', 'SUCCESS', 'WARNING', 'INFO']).optional(),
    behavior: z.enum(['BLOCK_EXECUTION', 'FAIL_EXECUTION', 'CREATE_EXECUTION']).optional(),
  }),
);
