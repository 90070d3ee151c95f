/** The scalars that flows are made of: ids, durations, dates, patterns. */
import { z } from 'zod';
import { Fault } from '../../expression/expression-error.ts';
import { javaPattern } from '../../expression/regex/java-regex.ts';
import { DurationError, parseDuration } from '../../model/duration.ts';
import { lazily } from './lazily.ts';

/** Ids of tasks, triggers and worker groups. */
export const taskId = lazily(() => z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_-]*$/));
/** Ids of inputs and outputs: dots nest. */
export const dataId = lazily(() => z.string().regex(/^[a-zA-Z0-9][.a-zA-Z0-9_-]*$/));

/** An ISO 8601 duration, or a number of seconds, as Jackson reads one. */
export const duration = lazily(() =>
  z.union([z.number(), z.string()]).superRefine((value, context) => {
    if (typeof value === 'number') return;
    try {
      parseDuration(value);
    } catch (error) {
      if (!(error instanceof DurationError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
    }
  }),
);

/** A regular expression in Java's dialect. */
export const pattern = lazily(() =>
  z.string().superRefine((value, context) => {
    try {
      javaPattern(value);
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      context.addIssue({ code: 'custom', message: `invalid pattern [${value}]: ${error.message}` });
    }
  }),
);

/** Text of a template or a plain scalar; the scalar is read as text. */
export const text = lazily(() => z.string());

export const logLevel = lazily(() => z.enum(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR']));

/** Execution states by name. */
export const stateName = lazily(() =>
  z.enum([
    'CREATED',
    'RUNNING',
    'PAUSED',
    'RESTARTED',
    'KILLING',
    'SUCCESS',
    'WARNING',
    'FAILED',
    'KILLED',
    'CANCELLED',
    'QUEUED',
    'RETRYING',
    'RETRIED',
    'SKIPPED',
    'BREAKPOINT',
  ]),
);

/** Labels as flows write them: a map, or a list of keys and values; `labels.ts` reads them. */
export const labels = lazily(() => {
  const scalar = z.union([z.string(), z.number(), z.boolean()]).nullable();
  return z.union([z.array(z.strictObject({ key: z.string(), value: scalar })), z.record(z.string(), scalar)]);
});

/** A map whose values are the user's own. */
export const anyMap = lazily(() => z.record(z.string(), z.unknown()));

export const workerGroup = lazily(() =>
  z.strictObject({ key: z.string().optional(), fallback: z.enum(['WAIT', 'FAIL', 'CANCEL']).optional() }),
);
