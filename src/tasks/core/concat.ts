import { z } from 'zod';
import { isList, isMap, type Value } from '../../model/value.ts';
import { asText, extensionProperty, textListProperty, textProperty, wholeValue } from '../properties.ts';
import { textList } from '../property-schemas.ts';
import type { RunnableTaskType, TaskContext } from '../task-type.ts';
import { storeNew, uriProperty } from './stored-file.ts';

/** Joins stored files to one. The separator follows every file, the last one too, as in Kestra. */
export const concat: RunnableTaskType = {
  type: 'io.kestra.plugin.core.storage.Concat',
  aliases: ['io.kestra.core.tasks.storages.Concat'],
  title: 'Join files',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      files: z.union([textList(), z.string()]).meta({ title: 'The kestra:/// URIs of the files, in order' }),
      separator: z.string().optional().meta({ title: 'A text to put behind each' }),
      extension: z.string().optional().meta({ title: 'How the name of the new file ends', default: '.tmp' }),
    }),
  async run(context) {
    const { properties } = context.task;
    const files = await filesOf(properties.files, context);
    const separator = await textProperty(properties.separator, context.expressions);
    const extension = await extensionProperty(properties.extension, '.tmp', context.expressions);
    const uri = await storeNew(context, joined(files, separator, context), extension);
    return { state: 'SUCCESS', outputs: { uri } };
  },
};

/** A list, or a text that is one URI or a JSON list or map of them. */
async function filesOf(property: Value | undefined, { expressions }: TaskContext): Promise<readonly string[]> {
  if (typeof property !== 'string') return textListProperty('files', property, expressions);
  const value = await wholeValue(property, expressions);
  if (isList(value)) return value.map(asText);
  if (isMap(value)) return Object.values(value).map(asText);
  return [await uriProperty('files', property, expressions)];
}

async function* joined(
  files: readonly string[],
  separator: string | undefined,
  { storage }: TaskContext,
): AsyncGenerator<Uint8Array> {
  for (const file of files) {
    yield* await storage.get(file);
    if (separator !== undefined && separator !== '') yield Buffer.from(separator);
  }
}
