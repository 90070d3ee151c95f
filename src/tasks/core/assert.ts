import { z } from 'zod';
import { isTruthy } from '../../expression/index.ts';
import { isList } from '../../model/value.ts';
import { asText, textListProperty, textProperty } from '../properties.ts';
import { textList } from '../property-schemas.ts';
import { type RunnableTaskType, TaskError } from '../task-type.ts';

/** Fails when one of its conditions does not hold or cannot be rendered; every such one is logged. */
export const assert: RunnableTaskType = {
  type: 'io.kestra.plugin.core.execution.Assert',
  aliases: [],
  title: 'Check conditions',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      conditions: textList().meta({ title: 'What must hold' }),
      errorMessage: z.string().optional().meta({ title: 'What to say when one does not hold' }),
    }),
  async run({ task: { properties }, expressions, log, metric }) {
    const { conditions } = properties;
    const list = isList(conditions) ? conditions : await textListProperty('conditions', conditions, expressions);
    let failed = 0;
    for (const condition of list) {
      let reason = '';
      try {
        if (isTruthy((await textProperty(condition, expressions)) ?? null)) continue;
      } catch (error) {
        reason = ` ${error instanceof Error ? error.message : String(error)}`;
      }
      failed += 1;
      log('ERROR', `Assertion \`${asText(condition)}\` failed!${reason}`);
    }
    metric({ name: 'success', type: 'counter', value: list.length - failed });
    metric({ name: 'failed', type: 'counter', value: failed });
    if (failed === 0) return { state: 'SUCCESS', outputs: {} };
    const message = await textProperty(properties.errorMessage, expressions);
    const summary = `${failed} ${failed === 1 ? 'assertion' : 'assertions'} failed!`;
    throw new TaskError(message === undefined ? summary : `${summary}\n${message}`);
  },
};
