/** The schemas of inputs by type. */
import { z } from 'zod';
import type { DataType } from './data-types.ts';
import { dataTypes } from './data-types.ts';
import { lazily } from './lazily.ts';
import { dataId, duration, pattern } from './scalars.ts';

const common = lazily(() => ({
  id: dataId(),
  type: z.string(),
  description: z.string().optional(),
  displayName: z.string().optional(),
  required: z.boolean().optional(),
  defaults: z.unknown().optional(),
  prefill: z.unknown().optional(),
  dependsOn: z.strictObject({ inputs: z.array(z.string()).optional(), condition: z.string().optional() }).optional(),
}));

const itemType = lazily(() =>
  z.enum(dataTypes).refine(type => type !== 'ARRAY', { message: '`itemType` cannot be `ARRAY`' }),
);

const range = (limit: () => z.ZodType) => ({ min: limit().optional(), max: limit().optional() });
const span = () => ({ after: z.string().optional(), before: z.string().optional() });
const choices = () => ({
  values: z.array(z.string()).min(1).optional(),
  expression: z.string().optional(),
  allowCustomValue: z.boolean().optional(),
  autoSelectFirst: z.boolean().optional(),
});

const own: Readonly<Record<DataType, () => Record<string, z.ZodType>>> = {
  STRING: () => ({ validator: pattern().optional() }),
  ENUM: () => ({ values: z.array(z.string()).min(1) }),
  SELECT: () => ({ ...choices(), isRadio: z.boolean().optional() }),
  MULTISELECT: () => ({
    ...choices(),
    options: z.array(z.string()).min(1).optional(),
    itemType: itemType().optional(),
  }),
  INT: () => range(() => z.int()),
  FLOAT: () => range(() => z.number()),
  BOOLEAN: () => ({}),
  BOOL: () => ({}),
  DATETIME: span,
  DATE: span,
  TIME: span,
  DURATION: () => range(duration),
  FILE: () => ({
    extension: z.string().optional(),
    allowedFileExtensions: z.array(z.string()).optional(),
  }),
  JSON: () => ({}),
  YAML: () => ({}),
  URI: () => ({}),
  SECRET: () => ({ validator: pattern().optional() }),
  ARRAY: () => ({ itemType: itemType() }),
  EMAIL: () => ({}),
};

const made = new Map<DataType, z.ZodType>();

/** The schema of inputs of one type. */
export function inputSchema(type: DataType): z.ZodType {
  const known = made.get(type);
  if (known) return known;
  const object = z.strictObject({ ...common(), ...own[type]() });
  const schema = type === 'SELECT' || type === 'MULTISELECT' ? object.superRefine(needsChoices) : object;
  made.set(type, schema);
  return schema;
}

function needsChoices(input: Record<string, unknown>, context: z.RefinementCtx): void {
  if (input.values !== undefined || input.options !== undefined || input.expression !== undefined) return;
  context.addIssue({ code: 'custom', path: [], message: 'either `values` or `expression` must be set' });
}
