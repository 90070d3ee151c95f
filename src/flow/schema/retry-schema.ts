import { z } from 'zod';
import { parseDuration } from '../../model/duration.ts';
import { lazily } from './lazily.ts';
import { duration } from './scalars.ts';

/** The schemas of `retry`, by its `type`. `maxAttempt` is the older name of `maxAttempts`. */
export const retrySchemas = lazily(() => {
  const common = {
    maxAttempts: z.int().min(1).optional().meta({ title: 'How often it is tried, the first time included' }),
    maxAttempt: z.int().min(1).optional(),
    maxDuration: duration().optional().meta({ title: 'How long after the first try another one may begin' }),
    warningOnRetry: z.boolean().optional().meta({ title: 'Whether success after a retry is a warning' }),
    behavior: z.enum(['RETRY_FAILED_TASK', 'CREATE_NEW_EXECUTION']).optional(),
  };
  const shorter = (a: string, b: string) => (retry: Record<string, unknown>, context: z.RefinementCtx) => {
    if (retry[a] === undefined || retry[b] === undefined || seconds(retry[a]) < seconds(retry[b])) return;
    context.addIssue({ code: 'custom', path: [a], message: `'${a}' must be less than '${b}' but is ${retry[a]}` });
  };
  return {
    constant: z
      .strictObject({ type: z.literal('constant'), interval: duration(), ...common })
      .superRefine(shorter('interval', 'maxDuration')),
    exponential: z
      .strictObject({
        type: z.literal('exponential'),
        interval: duration(),
        maxInterval: duration(),
        delayFactor: z.number().optional(),
        ...common,
      })
      .superRefine(shorter('interval', 'maxInterval'))
      .superRefine(shorter('interval', 'maxDuration')),
    random: z
      .strictObject({ type: z.literal('random'), minInterval: duration(), maxInterval: duration(), ...common })
      .superRefine(shorter('minInterval', 'maxInterval')),
  };
});

function seconds(value: unknown): number {
  return typeof value === 'number' ? value : parseDuration(String(value)) / 1000;
}
