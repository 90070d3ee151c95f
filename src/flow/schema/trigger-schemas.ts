/** The schemas of triggers by type: validated although one run needs none. */
import { z } from 'zod';
import { cronProblem, timezoneProblem } from '../check/cron.ts';
import { lazily } from './lazily.ts';
import { anyMap, duration, labels, logLevel, stateName, taskId, text, workerGroup } from './scalars.ts';

const prefix = 'io.kestra.plugin.core.trigger.';

const common = lazily(() => ({
  id: taskId(),
  type: z.string(),
  version: z.string().optional(),
  description: z.string().optional(),
  conditions: z.array(z.unknown()).optional(),
  disabled: z.boolean().optional(),
  workerGroup: workerGroup().optional(),
  logLevel: logLevel().optional(),
  logToFile: z.boolean().optional(),
  labels: labels().optional(),
  stopAfter: z.array(stateName()).optional(),
  inputs: anyMap().optional(),
  failOnTriggerError: z.boolean().optional(),
  allowConcurrent: z.boolean().optional(),
  when: z.string().optional(),
}));

const timezone = lazily(() =>
  z.string().superRefine((value, context) => {
    const message = timezoneProblem(value);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  }),
);

const recoverMissedSchedules = () => z.enum(['ALL', 'LAST', 'NONE']).optional();

const windowFields = {
  DAILY_TIME_DEADLINE: { needs: ['deadline'], may: [] },
  DAILY_TIME_WINDOW: { needs: ['startTime', 'endTime'], may: [] },
  DURATION_WINDOW: { needs: [], may: ['window', 'windowAdvance'] },
  SLIDING_WINDOW: { needs: ['window'], may: [] },
} satisfies Record<string, { needs: string[]; may: string[] }>;

const timeWindow = lazily(() => {
  const fields = {
    deadline: z.string().optional(),
    startTime: z.string().optional(),
    endTime: z.string().optional(),
    window: duration().optional(),
    windowAdvance: duration().optional(),
  };
  return z
    .strictObject({
      type: z.enum(['DAILY_TIME_DEADLINE', 'DAILY_TIME_WINDOW', 'DURATION_WINDOW', 'SLIDING_WINDOW']).optional(),
      ...fields,
    })
    .superRefine((value, context) => {
      const type = value.type ?? 'DURATION_WINDOW';
      const { needs, may }: { needs: readonly string[]; may: readonly string[] } = windowFields[type];
      for (const field of Object.keys(fields) as (keyof typeof fields)[]) {
        const given = value[field] !== undefined;
        if (!given && needs.includes(field))
          context.addIssue({ code: 'custom', message: `Time window of type \`${type}\` must have a ${field}.` });
        if (given && !needs.includes(field) && !may.includes(field)) {
          context.addIssue({
            code: 'custom',
            path: [field],
            message: `Time window of type \`${type}\` cannot have a ${field}.`,
          });
        }
      }
    });
});

const filter = lazily(() =>
  z.strictObject({
    field: z.enum(['FLOW_ID', 'NAMESPACE', 'STATE', 'EXPRESSION']),
    type: z.enum([
      'EQUAL_TO',
      'NOT_EQUAL_TO',
      'IN',
      'NOT_IN',
      'IS_TRUE',
      'IS_FALSE',
      'IS_NULL',
      'IS_NOT_NULL',
      'STARTS_WITH',
      'ENDS_WITH',
      'REGEX',
      'CONTAINS',
    ]),
    value: z.string().optional(),
    values: z.array(z.string()).optional(),
  }),
);

const preconditions = lazily(() =>
  z.strictObject({
    id: z.string(),
    timeWindow: timeWindow().optional(),
    resetOnSuccess: z.boolean().optional(),
    flows: z
      .array(
        z.strictObject({
          namespace: z.string(),
          flowId: z.string().optional(),
          states: z.array(stateName()).optional(),
          labels: labels().optional(),
        }),
      )
      .optional(),
    where: z
      .array(
        z.strictObject({
          id: z.string(),
          operand: z.enum(['AND', 'OR']).optional(),
          filters: z.array(filter()).min(1),
        }),
      )
      .optional(),
  }),
);

const own: Readonly<Record<string, () => Record<string, z.ZodType>>> = {
  Schedule: () => ({
    cron: z.string(),
    withSeconds: z.boolean().optional(),
    timezone: timezone().optional(),
    lateMaximumDelay: duration().optional(),
    recoverMissedSchedules: recoverMissedSchedules(),
    scheduleConditions: z.array(z.unknown()).optional(),
    backfill: anyMap().optional(),
  }),
  ScheduleOnDates: () => ({
    dates: z.union([z.array(z.string()), text()]),
    timezone: timezone().optional(),
    recoverMissedSchedules: recoverMissedSchedules(),
  }),
  Webhook: () => ({
    key: z.string().min(1).max(256),
    wait: z.boolean().optional(),
    returnOutputs: z.boolean().optional(),
    responseContentType: z.string().optional(),
    responseCode: z.int().optional(),
  }),
  Flow: () => ({ states: z.array(stateName()).optional(), preconditions: preconditions().optional() }),
};

/** The canonical name of a core trigger's type; undefined for any other. */
export function triggerType(type: string): string | undefined {
  const name = /^io\.kestra\.(?:plugin\.core\.trigger|core\.models\.triggers\.types)\.(\w+)$/.exec(type)?.[1];
  return name !== undefined && Object.hasOwn(own, name) ? prefix + name : undefined;
}

export const triggerTypes = lazily(() => Object.keys(own).map(name => prefix + name));

const made = new Map<string, z.ZodType>();

/** The schema of a core trigger, by canonical type. */
export function triggerSchema(type: string): z.ZodType {
  const known = made.get(type);
  if (known) return known;
  const name = type.slice(prefix.length);
  const object = z.strictObject({ ...common(), ...own[name]?.() });
  const schema = name === 'Schedule' ? object.superRefine(validCron) : object;
  made.set(type, schema);
  return schema;
}

/** The properties that triggers of all types have, those of plugins too; theirs are not known here. */
export const pluginTriggerSchema = lazily(() => z.looseObject(common()));

function validCron(trigger: Record<string, unknown>, context: z.RefinementCtx): void {
  const message = cronProblem(String(trigger.cron), trigger.withSeconds === true);
  if (message !== undefined) context.addIssue({ code: 'custom', path: ['cron'], message });
}
