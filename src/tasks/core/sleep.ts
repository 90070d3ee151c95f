import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { DurationError, formatDuration, parseDuration } from '../../model/duration.ts';
import { requiredText } from '../properties.ts';
import { type RunnableTaskType, TaskError } from '../task-type.ts';

/** Node's timers fire at once beyond 2^31 - 1 ms (24.8 days). */
const longestTimer = 2 ** 31 - 1;

/** Waits. The time counts from the start of the attempt, so an execution that is taken over does not wait again. */
export const sleep: RunnableTaskType = {
  type: 'io.kestra.plugin.core.flow.Sleep',
  aliases: ['io.kestra.core.tasks.flows.Sleep'],
  title: 'Wait',
  kind: 'runnable',
  schema: () =>
    z.strictObject({ duration: z.string().meta({ title: 'How long: an ISO 8601 duration such as PT30S' }) }),
  async run({ task, taskRun, attempt, expressions, signal, log }) {
    const duration = durationOf(await requiredText('duration', task.properties.duration, expressions));
    log('INFO', `Waiting for ${formatDuration(duration)}`);
    const started = Date.parse(taskRun.attempts[attempt]?.state.histories[0]?.date ?? '');
    const end = (Number.isNaN(started) ? Date.now() : started) + duration;
    for (let left = end - Date.now(); left > 0; left = end - Date.now()) {
      await wait(Math.min(left, longestTimer), undefined, { signal });
    }
    return { state: 'SUCCESS', outputs: {} };
  },
};

function durationOf(value: string): number {
  try {
    return parseDuration(value);
  } catch (error) {
    throw error instanceof DurationError ? new TaskError(`duration: ${error.message}`) : error;
  }
}
