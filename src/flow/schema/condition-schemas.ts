/** The schemas of trigger conditions by type. */
import { z } from 'zod';
import { lazily } from './lazily.ts';
import { anyMap, duration, labels, stateName } from './scalars.ts';

const prefix = 'io.kestra.plugin.core.condition.';
const days = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'] as const;

const date = () => ({ date: z.string().optional() });
const span = () => ({ after: z.string().optional(), before: z.string().optional() });
const states = () => ({ in: z.array(stateName()).optional(), notIn: z.array(stateName()).optional() });
const nested = () => ({ conditions: z.array(z.unknown()).min(1) });

const own: Readonly<Record<string, () => Record<string, z.ZodType>>> = {
  DateTimeBetween: () => ({ ...date(), ...span() }),
  DayWeek: () => ({ ...date(), dayOfWeek: z.enum(days) }),
  DayWeekInMonth: () => ({
    ...date(),
    dayOfWeek: z.enum(days),
    dayInMonth: z.enum(['FIRST', 'SECOND', 'THIRD', 'FOURTH', 'LAST']),
  }),
  TimeBetween: () => ({ ...date(), ...span() }),
  Weekend: date,
  PublicHoliday: () => ({ ...date(), country: z.string().optional(), subDivision: z.string().optional() }),
  Expression: () => ({ expression: z.string() }),
  ExecutionFlow: () => ({ namespace: z.string(), flowId: z.string() }),
  ExecutionNamespace: () => ({
    namespace: z.string(),
    comparison: z.enum(['EQUALS', 'PREFIX', 'SUFFIX']).optional(),
    prefix: z.boolean().optional(),
  }),
  ExecutionLabels: () => ({ labels: labels() }),
  ExecutionOutputs: () => ({ expression: z.string() }),
  ExecutionStatus: states,
  FlowCondition: () => ({ namespace: z.string(), flowId: z.string() }),
  FlowNamespaceCondition: () => ({ namespace: z.string(), prefix: z.boolean().optional() }),
  HasRetryAttempt: states,
  MultipleCondition: () => ({
    id: z.string(),
    timeWindow: anyMap().optional(),
    resetOnSuccess: z.boolean().optional(),
    window: duration().optional(),
    windowAdvance: duration().optional(),
    conditions: anyMap(),
  }),
  Not: nested,
  Or: nested,
};

/** Older names that are not just the newer one with `Condition` behind it. */
const renamed: Readonly<Record<string, string>> = { VariableCondition: 'Expression' };

/** The canonical name of a condition's type; undefined for one that is not known. */
export function conditionType(type: string): string | undefined {
  const match = /^io\.kestra\.(?:plugin\.core\.condition|core\.models\.conditions\.types)\.(\w+)$/.exec(type);
  const name = match?.[1] ?? '';
  const found = [name, renamed[name] ?? '', name.replace(/Condition$/, '')].find(candidate =>
    Object.hasOwn(own, candidate),
  );
  return found && prefix + found;
}

export const conditionTypes = lazily(() => Object.keys(own).map(name => prefix + name));

const made = new Map<string, z.ZodType>();

/** The schema of a condition, by canonical type. */
export function conditionSchema(type: string): z.ZodType {
  const known = made.get(type);
  if (known) return known;
  const properties = own[type.slice(prefix.length)]?.() ?? {};
  const schema = z.strictObject({ type: z.string(), ...properties });
  made.set(type, schema);
  return schema;
}
