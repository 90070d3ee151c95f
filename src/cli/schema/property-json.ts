/** Zod schemas as JSON Schema, as lenient as the flow reader is: an editor must not underline what runs. */
import { z } from 'zod';

export type Json = { [key: string]: unknown };

/** `dynamic`: an expression may stand for any value, and JSON text for lists and maps. */
export function objectJson(schema: z.ZodType, dynamic: boolean): Json {
  const json = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input', unrepresentable: 'any' }) as Json;
  const { $schema: _, ...rest } = json;
  const properties = Object.entries((rest.properties ?? {}) as Record<string, Json>);
  return { ...rest, properties: Object.fromEntries(properties.map(([key, each]) => [key, lenient(each, dynamic)])) };
}

const words = ['title', 'description', 'default', 'deprecated', 'examples', 'markdownDescription'];

function lenient(json: Json, dynamic: boolean): Json {
  const about = Object.fromEntries(Object.entries(json).filter(([key]) => words.includes(key)));
  const value = Object.fromEntries(Object.entries(json).filter(([key]) => !words.includes(key)));
  const described = typeof about.description === 'string' && { markdownDescription: about.description };
  if (Object.keys(value).length === 0) return { ...about, ...described };
  const inner = withinLenient(value, dynamic);
  if (!dynamic || takesText(inner)) return { ...about, ...described, ...inner };
  const text = {
    type: 'string',
    pattern: value.type === 'array' || value.type === 'object' ? '\\{\\{|^\\s*[\\[{]' : '\\{\\{',
  };
  return { ...about, ...described, anyOf: [inner, text] };
}

/** Scalars are read as texts where texts are wanted. */
function withinLenient(json: Json, dynamic: boolean): Json {
  const { properties, items, additionalProperties, anyOf } = json;
  return {
    ...json,
    ...(json.type === 'string' && !json.enum && { type: ['string', 'number', 'boolean'] }),
    ...(isJson(properties) && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, each]) => [key, lenient(each as Json, dynamic)]),
      ),
    }),
    ...(isJson(items) && { items: lenient(items, dynamic) }),
    ...(isJson(additionalProperties) && { additionalProperties: lenient(additionalProperties, dynamic) }),
    ...(Array.isArray(anyOf) && { anyOf: anyOf.map(each => withinLenient(each as Json, dynamic)) }),
  };
}

function takesText(json: Json): boolean {
  if (Array.isArray(json.anyOf)) return json.anyOf.some(each => takesText(each as Json));
  return Array.isArray(json.type) && json.type.includes('string');
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
