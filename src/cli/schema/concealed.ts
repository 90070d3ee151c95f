/** Properties for people to see, without the passwords and tokens among them. */
import { z } from 'zod';
import { mark } from '../../logs/masker.ts';
import { isList, isMap, type Value, type ValueMap } from '../../model/value.ts';
import type { Json } from './property-json.ts';

/** The properties with asterisks for every value that their schema calls `writeOnly`, JSON Schema's word for it. */
export function concealed(properties: ValueMap, schema: z.ZodType): ValueMap {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;
  return withoutSecrets(properties, json) as ValueMap;
}

function withoutSecrets(value: Value, json: Json | undefined): Value {
  if (json?.writeOnly === true && value !== null) return mark;
  if (isList(value)) return value.map(item => withoutSecrets(item, json?.items as Json | undefined));
  if (!isMap(value)) return value;
  const shape = json?.properties as Readonly<Record<string, Json>> | undefined;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutSecrets(item, shape?.[key])]));
}
