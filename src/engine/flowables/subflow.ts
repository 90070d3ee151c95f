import { z } from 'zod';
import type { TaskRun } from '../../model/execution.ts';
import { isList, type Value, type ValueMap } from '../../model/value.ts';
import type { Flowable } from '../flowable.ts';

const map = z.record(z.string(), z.unknown());
const flag = z.union([z.boolean(), z.string()]);

export const subflow: Flowable = {
  type: 'io.kestra.plugin.core.flow.Subflow',
  aliases: ['io.kestra.core.tasks.flows.Subflow', 'io.kestra.core.tasks.flows.Flow'],
  title: 'Run another flow.',
  kind: 'flowable',
  retried: true,
  schema: () =>
    z.strictObject({
      namespace: z.string().meta({ title: 'The namespace of the flow' }),
      flowId: z.string().meta({ title: 'The id of the flow' }),
      revision: z.union([z.int(), z.string()]).optional().meta({ title: 'The revision of the flow' }),
      inputs: map.optional().meta({ title: 'The inputs of the flow' }),
      labels: z
        .union([map, z.array(z.unknown())])
        .optional()
        .meta({ title: 'Labels of the new execution' }),
      wait: flag.optional().meta({ title: 'Whether to wait for its end', default: true }),
      transmitFailed: flag.optional().meta({ title: 'Whether its failure is a failure of this task', default: true }),
      inheritLabels: flag.optional().meta({ title: 'Whether it gets the labels of this execution', default: false }),
      outputs: map.optional().meta({
        title: 'Older way to take outputs over',
        description: 'Expressions of the other flow; without effect where it declares outputs itself.',
      }),
      scheduleDate: z.string().optional().meta({
        title: 'When to start it',
        description: 'A date and time with zone or offset; its execution is CREATED until then.',
      }),
      restartBehavior: z.enum(['RETRY_FAILED', 'NEW_EXECUTION']).optional().meta({
        title: 'Whether a restart goes on with the failed execution, or begins a new one',
        default: 'RETRY_FAILED',
      }),
    }),
  begin(container) {
    const { run, draft, notes } = container;
    const former = [...formerChildren(notes), ...(typeof notes.child === 'string' ? [notes.child] : [])];
    container.note({ former, child: null, ended: null });
    draft.effect({ type: 'subflow', key: subflowKey(run), taskRunId: run.id });
  },
  childStarted(container, executionId) {
    const { notes } = container;
    if (typeof notes.child === 'string' || formerChildren(notes).includes(executionId)) return;
    container.note({ child: executionId });
    if (String(container.task.properties.wait ?? true) !== 'false') return;
    container.output({ executionId, state: 'CREATED' });
    container.note({ ended: 'SUCCESS' });
  },
  childEnded(container, { executionId, state, outputs, fault }) {
    if (typeof container.notes.ended === 'string') return;
    container.output({ executionId, ...(outputs && { outputs }), state });
    if (fault !== undefined) {
      container.log('ERROR', `Failed to extract outputs: ${fault}`);
      return container.note({ ended: 'FAILED' });
    }
    const transmit = String(container.task.properties.transmitFailed ?? true) !== 'false';
    // A cancelled one counts as done, as in Kestra.
    const bad = state === 'FAILED' || state === 'KILLED' || state === 'WARNING';
    container.note({ ended: bad && transmit ? state : 'SUCCESS' });
    if (!transmit || (state !== 'FAILED' && state !== 'WARNING')) return;
    const forgiven = state === 'WARNING' || container.task.allowFailure;
    container.log(forgiven ? 'WARN' : 'ERROR', `The subflow's execution ${executionId} ended in state ${state}.`);
  },
  stop(container) {
    const { child, ended, killing } = container.notes;
    if (typeof ended === 'string') return 'done';
    if (typeof child === 'string' && !killing) {
      const { id } = container.run;
      container.note({ killing: true });
      container.draft.effect({ type: 'kill-child', key: `kill-child:${id}`, taskRunId: id, executionId: child });
    }
    return 'waiting';
  },
  step: container => (typeof container.notes.ended === 'string' ? 'done' : 'waiting'),
  ending: container => ({ state: container.notes.ended as 'SUCCESS' | 'WARNING' | 'FAILED' | 'KILLED' }),
};

/** The executions that earlier attempts started. */
function formerChildren({ former }: ValueMap): readonly Value[] {
  return isList(former) ? former : [];
}

/** The key of the effect that starts its execution, pending until that has ended; each attempt starts another one. */
export function subflowKey(run: TaskRun): string {
  return `subflow:${run.id}:${run.attempts.length}`;
}
