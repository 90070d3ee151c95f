import { z } from 'zod';
import { parseDuration } from '../../model/duration.ts';
import type { ValueMap } from '../../model/value.ts';
import type { Container } from '../container.ts';
import type { Flowable } from '../flowable.ts';
import { errorBranches } from './branches.ts';

const endings: Readonly<Record<string, string>> = {
  RESUME: 'SUCCESS',
  WARN: 'WARNING',
  FAIL: 'FAILED',
  CANCEL: 'CANCELLED',
};

export const pause: Flowable = {
  type: 'io.kestra.plugin.core.flow.Pause',
  aliases: ['io.kestra.core.tasks.flows.Pause'],
  title: 'Wait for a time, or until somebody resumes the execution.',
  kind: 'flowable',
  schema: () =>
    z.strictObject({
      pauseDuration: z.string().optional().meta({
        title: 'How long to wait',
        description: 'ISO 8601; without it the execution waits until it is resumed.',
      }),
      delay: z.string().optional().meta({ title: 'How long to wait', description: 'Older name of pauseDuration.' }),
      behavior: z
        .enum(['RESUME', 'WARN', 'FAIL', 'CANCEL'])
        .optional()
        .meta({ title: 'What happens when the time is over', default: 'RESUME' }),
      onResume: z.array(z.unknown()).optional().meta({ title: 'Inputs to give when resuming' }),
    }),
  branches: [
    { property: 'onPause', required: false, shape: 'runnable' },
    { property: 'tasks', required: false, shape: 'list' },
    ...errorBranches,
  ],
  begin(container) {
    const { pauseDuration, delay } = container.task.properties;
    container.ask('duration', pauseDuration ?? delay ?? container.task.timeout ?? '', 'text');
  },
  answered(container, _about, { value }) {
    const text = value === null ? '' : String(value).trim();
    if (text !== '') {
      const { pauseDuration, delay, behavior } = container.task.properties;
      const byTimeout = container.task.allowFailure ? 'WARN' : 'FAIL';
      const timesOut = pauseDuration === undefined && delay === undefined;
      container.note({ behavior: timesOut ? byTimeout : String(behavior ?? 'RESUME') });
      container.timer('pause', container.draft.at + parseDuration(text));
    }
    container.draft.move(container.run, 'PAUSED');
    if (container.draft.execution.state.current === 'RUNNING') container.draft.moveExecution('PAUSED');
    container.sequential('onPause');
  },
  due: container => resume(container, endings[String(container.notes.behavior)] ?? 'SUCCESS', undefined),
  resumed(container, onResume) {
    container.stopWaiting();
    resume(container, 'SUCCESS', onResume);
  },
  step(container) {
    if (container.notes.to === undefined || container.scope('onPause').active > 0) return 'waiting';
    const goesOn = container.notes.to === 'SUCCESS' && container.scope('onPause').failed === 0;
    return goesOn ? container.sequential('tasks') : 'done';
  },
  ending(container) {
    for (const branch of ['onPause', 'tasks']) {
      const scope = container.scope(branch);
      if (scope.failed + scope.killed + scope.warning > 0) return scope;
    }
    // What it ends as was said in `behavior`: Kestra asks neither allowFailure nor allowWarning then.
    return { state: container.notes.to as 'SUCCESS' | 'WARNING' | 'FAILED' | 'CANCELLED', final: true };
  },
  stop(container) {
    if (container.run.state.current === 'PAUSED' && container.draft.execution.state.current === 'KILLING')
      container.output({ resumed: { on: container.draft.date, to: 'KILLING' } });
    return 'done';
  },
};

/** The pause is over. A cancelled one ends the execution without going through RESTARTED (observed.md section 1). */
function resume(container: Container, to: string, onResume: ValueMap | undefined): void {
  if (container.run.state.current !== 'PAUSED') return;
  container.note({ to });
  container.output({ ...(onResume && { onResume }), resumed: { on: container.draft.date, to } });
  if (to === 'CANCELLED') {
    container.exit('CANCELLED');
    return;
  }
  if (container.draft.execution.state.current === 'PAUSED') {
    container.draft.moveExecution('RESTARTED');
    container.draft.goOn();
  }
  if (container.task.branches.tasks?.length || container.hasActiveChildren)
    container.draft.move(container.run, 'RUNNING');
}
