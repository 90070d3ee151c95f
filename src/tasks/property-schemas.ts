/**
 * Schemas of properties that several task types have. They say what a property is once it is rendered: the flow reader
 * takes an expression for any of them, reads scalars as texts where texts are wanted, and takes JSON text for lists
 * and maps, as Kestra does (flow/check/judge-issue.ts).
 */
import { z } from 'zod';

/** A list of texts. */
export function textList(): z.ZodArray<z.ZodString> {
  return z.array(z.string());
}

/** A map from texts to texts. */
export function textMap(): z.ZodRecord<z.ZodString, z.ZodString> {
  return z.record(z.string(), z.string());
}

/** A map whose values are the user's own. */
export function anyMap(): z.ZodRecord<z.ZodString, z.ZodUnknown> {
  return z.record(z.string(), z.unknown());
}

/** Names to contents: a map, or a JSON object as text. */
export function inputFiles(): z.ZodType {
  return z.union([anyMap(), z.string()]).meta({
    title: 'Files to put into the working directory',
    description: 'A map, or a JSON object as text, from relative names to a text or the kestra:/// URI of a file.',
    examples: [{ 'main.py': 'print("hello")', 'data.csv': '{{ outputs.extract.uri }}' }],
  });
}

/** File patterns. */
export function outputFiles(): z.ZodType {
  return textList().meta({
    title: 'Files to keep',
    description:
      'Patterns relative to the working directory, such as "*.csv" or "out/**"; kept even when the task fails.',
    examples: [['*.csv', 'out/**']],
  });
}
