/** Schemas of properties that may also be given as an expression. */
import { z } from 'zod';

/** A text with an expression in it: its value is known only when the task runs. */
export function expression(): z.ZodString {
  return z.string().regex(/\{\{|\{%/, { message: 'must be an expression such as "{{ inputs.x }}"' });
}

/** Text; YAML's numbers and booleans are read as text, as Kestra does. */
export function text(): z.ZodType {
  return z.union([z.string(), z.number(), z.bigint(), z.boolean()]);
}

export function flag(): z.ZodType {
  return z.union([z.boolean(), z.literal('true'), z.literal('false'), expression()]);
}

export function choice(values: readonly [string, ...string[]]): z.ZodType {
  return z.union([z.enum(values), expression()]);
}

export function textList(): z.ZodType {
  return z.union([z.array(text().nullable()), expression()]);
}

/** A map from texts to scalars or null. */
export function textMap(): z.ZodType {
  return z.union([z.record(z.string(), text().nullable()), expression()]);
}

/** A map whose values are the user's own. */
export function anyMap(): z.ZodType {
  return z.union([z.record(z.string(), z.unknown()), expression()]);
}

/** Names to contents: a map, or a JSON object as text. */
export function inputFiles(): z.ZodType {
  return z.union([z.record(z.string(), z.unknown()), z.string()]).meta({
    title: 'Files to put into the working directory',
    description: 'A map, or a JSON object as text, from relative names to a text or the kestra:/// URI of a file.',
  });
}

/** File patterns. */
export function outputFiles(): z.ZodType {
  return textList().meta({
    title: 'Files to keep',
    description:
      'Patterns relative to the working directory, such as "*.csv" or "out/**"; kept even when the task fails.',
  });
}
