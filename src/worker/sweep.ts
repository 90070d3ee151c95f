/** Removing what a process of ours left behind when it was killed between committing a result and cleaning up. */

import { isTerminal } from '../model/states.ts';
import type { Handle } from '../runners/runner.ts';
import type { RunRecord } from '../store/store.ts';
import type { Carried } from './carried.ts';

/** Removes the runs of attempts whose results are committed. The runs of attempts still going on are adopted instead. */
export async function removeRemains(carried: Carried, runs: readonly RunRecord[]): Promise<void> {
  const { environment, state, claim } = carried;
  for (const record of runs) {
    const run = state.taskRun(record.taskRunId);
    const isOpen =
      run &&
      !isTerminal(run.state.current) &&
      run.attempts.length - 1 === record.attempt &&
      run.state.current === 'RUNNING';
    if (isOpen) continue;
    if (record.handle) {
      const handle = record.handle as unknown as Handle;
      const runner = await environment.runner(handle.runner);
      await runner.remove(handle, {});
    }
    await environment.store.deleteRun(claim, record.taskRunId, record.attempt);
  }
}
