import { z } from 'zod';
import { renderDeepTyped } from '../../expression/index.ts';
import { parseDuration } from '../../model/duration.ts';
import { isNumeric } from '../../model/value.ts';
import { KvStore, kvTypes } from '../../storage/kv-store.ts';
import { asText, choiceProperty, flagProperty, requiredText, textProperty } from '../properties.ts';
import { type RunnableTaskType, TaskError } from '../task-type.ts';
import { kvKey, kvNamespace, namespaceOf } from './properties.ts';
import { typeOf, valueOfType } from './value.ts';

/** Stores a value under a key of a namespace. An expression alone keeps the type of its value, unless `kvType` says another. */
export const kvSet: RunnableTaskType = {
  type: 'io.kestra.plugin.core.kv.Set',
  aliases: [],
  title: 'Store a value under a key',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      key: kvKey(),
      value: z.unknown().meta({ title: 'The value', description: 'Texts are rendered.' }),
      namespace: kvNamespace(),
      kvType: z.enum(kvTypes).optional().meta({ title: 'What a text is read as', default: 'STRING' }),
      kvDescription: z.string().optional().meta({ title: 'What the value is for' }),
      ttl: z.string().optional().meta({ title: 'How long the value stays', description: 'An ISO 8601 duration.' }),
      overwrite: z.boolean().optional().meta({ title: 'Whether a value that is there is replaced', default: true }),
    }),
  async run({ task: { properties }, expressions, flow, storage }) {
    const key = await requiredText('key', properties.key, expressions);
    const namespace = await namespaceOf(properties.namespace, flow, expressions);
    const written = properties.value ?? null;
    // A number or a boolean in YAML is text to Kestra; what an expression gives keeps its type.
    const isText = typeof written === 'boolean' || (written !== null && isNumeric(written));
    const rendered = isText ? asText(written) : await renderDeepTyped(written, expressions);
    const wanted =
      properties.kvType === undefined
        ? undefined
        : await choiceProperty('kvType', properties.kvType, kvTypes, 'STRING', expressions);
    const value = wanted !== undefined && typeof rendered === 'string' ? valueOfType(rendered, wanted) : rendered;
    if (value === null) throw new TaskError('The property value must be given.');
    const ttl = await textProperty(properties.ttl, expressions);
    const description = await textProperty(properties.kvDescription, expressions);
    const store = new KvStore(storage);
    const overwrite = await flagProperty('overwrite', properties.overwrite, true, expressions);
    if (!overwrite && (await store.get(namespace, key))) {
      throw new TaskError(
        `Cannot set value for key '${key}'. Key already exists in the namespace '${namespace}' and \`overwrite\` is set to \`false\`.`,
      );
    }
    const now = Date.now();
    await store.set(namespace, key, {
      type: wanted ?? typeOf(value),
      value,
      updated: new Date(now).toISOString(),
      ...(description !== undefined && { description }),
      ...(ttl !== undefined && { expires: new Date(now + parseDuration(ttl)).toISOString() }),
    });
    return { state: 'SUCCESS', outputs: {} };
  },
};
