import { z } from 'zod';
import { logLevels } from '../../logs/levels.ts';
import { isList } from '../../model/value.ts';
import { choiceProperty, requiredText } from '../properties.ts';
import { textList } from '../property-schemas.ts';
import type { RunnableTaskType } from '../task-type.ts';

const level = () =>
  z
    .enum(['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'])
    .optional()
    .meta({ title: 'The level of the entry', default: 'INFO' });

/** Writes entries to the execution's log. A list gives an entry for each item. */
export const log: RunnableTaskType = {
  type: 'io.kestra.plugin.core.log.Log',
  aliases: ['io.kestra.core.tasks.log.Log'],
  title: 'Write to the log',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      message: z.union([z.string(), textList()]).meta({ title: 'What to write: a text, or a list of texts' }),
      level: level(),
    }),
  async run({ task: { properties }, expressions, log: write }) {
    const { message } = properties;
    const at = await choiceProperty('level', properties.level, logLevels, 'INFO', expressions);
    for (const item of isList(message) ? message : [message])
      write(at, await requiredText('message', item, expressions));
    return { state: 'SUCCESS', outputs: {} };
  },
};

/** The older way to log one text. */
export const echo: RunnableTaskType = {
  type: 'io.kestra.plugin.core.debug.Echo',
  aliases: ['io.kestra.core.tasks.debugs.Echo'],
  title: 'Write a text to the log',
  kind: 'runnable',
  schema: () => z.strictObject({ format: z.string().meta({ title: 'What to write' }), level: level() }),
  async run({ task: { properties }, expressions, log: write }) {
    const at = await choiceProperty('level', properties.level, logLevels, 'INFO', expressions);
    write(at, await requiredText('format', properties.format, expressions));
    return { state: 'SUCCESS', outputs: {} };
  },
};
