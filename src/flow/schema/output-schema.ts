import { z } from 'zod';
import { dataTypes } from './data-types.ts';
import { lazily } from './lazily.ts';
import { dataId } from './scalars.ts';

/** One output of a flow. */
export const outputSchema = lazily(() =>
  z.strictObject({
    id: dataId(),
    type: z.enum(dataTypes).optional(),
    // Whether it is there is asked elsewhere: `unknown` would let it be missing.
    value: z.unknown().refine(value => value !== undefined && value !== null, { message: 'must not be null' }),
    displayName: z.string().optional(),
    description: z.string().optional(),
    required: z.boolean().optional(),
  }),
);
