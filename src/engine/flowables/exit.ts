import { z } from 'zod';
import type { State } from '../../model/states.ts';
import { type Flowable, FlowableFailure } from '../flowable.ts';

const states: Readonly<Record<string, State>> = {
  SUCCESS: 'SUCCESS',
  WARNING: 'WARNING',
  FAILED: 'FAILED',
  KILLED: 'KILLED',
  CANCELED: 'CANCELLED',
  CANCELLED: 'CANCELLED',
};

export const exit: Flowable = {
  type: 'io.kestra.plugin.core.execution.Exit',
  aliases: [],
  title: 'End the execution here, in a given state.',
  kind: 'immediate',
  schema: () =>
    z.strictObject({
      state: z.string().optional().meta({
        title: 'The state',
        description: 'SUCCESS, WARNING, KILLED, FAILED or CANCELED; or an expression.',
        default: 'SUCCESS',
      }),
    }),
  begin: container => container.ask('state', container.task.properties.state ?? 'SUCCESS', 'text'),
  answered(container, _about, { value }) {
    const state = states[String(value)];
    if (!state)
      throw new FlowableFailure(
        `The state '${value}' is none that an execution can end in. Use ${Object.keys(states).slice(0, 5).join(', ')}.`,
      );
    container.note({ ended: state });
    container.exit(state);
  },
  step: () => 'done',
  ending: container => ({ state: container.notes.ended as State }),
};
