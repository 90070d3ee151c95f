/** Looking into zod schemas: which properties a map may have, and where null is a value. */
import type { z } from 'zod';
import type { Key } from '../yaml/locations.ts';

interface Definition {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly getter?: () => z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly element?: z.ZodType;
  readonly valueType?: z.ZodType;
}

/** The properties that a map at `path` below a value of this schema may have; empty when the schema does not say. */
export function keysAt(schema: z.ZodType, path: readonly Key[]): readonly string[] {
  return [...new Set(schemasAt(schema, path).flatMap(found => Object.keys(definitionOf(found).shape ?? {})))];
}

/** True where null is a value of its own, rather than a property left out. */
export function takesNull(schema: z.ZodType, path: readonly Key[]): boolean {
  return schemasAt(schema, path).some(found => definitionOf(found).type === 'null');
}

/** The schemas, without wrappers and unions, that a value at `path` may have. */
function schemasAt(schema: z.ZodType, path: readonly Key[]): readonly z.ZodType[] {
  const definition = definitionOf(schema);
  const inner = definition.innerType ?? definition.in ?? definition.getter?.();
  if (inner) return schemasAt(inner, path);
  if (definition.options) return definition.options.flatMap(option => schemasAt(option, path));
  const [key, ...rest] = path;
  if (key === undefined) return [schema];
  const below = definition.shape?.[key] ?? definition.element ?? definition.valueType;
  return below ? schemasAt(below, rest) : [];
}

function definitionOf(schema: z.ZodType): Definition {
  return schema._zod.def as unknown as Definition;
}
