import type { Execution } from '../model/execution.ts';

/** True while an execution ends before its tasks are done: nothing new may start, what is active is being ended. */
export function isStopping({ state, ending, phase }: Execution): boolean {
  return state.current === 'KILLING' || (ending !== undefined && phase !== 'outputs');
}
