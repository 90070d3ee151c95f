/** Whether an execution may begin: as many of its flow run at once as the flow's `concurrency` says. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isTerminal } from '../model/states.ts';
import type { ExecutionSummary } from '../store/store.ts';
import type { ExecutionDriver } from './execution-driver.ts';

/** A read of the store each time, while it waits for its turn. */
const pollMs = 250;

/**
 * Starts the execution, refuses it, or lets it wait until one of those before it has ended. Those of other processes on
 * the same state folder count too, without a lock: two that begin in the same millisecond may both begin.
 */
export async function admit(driver: ExecutionDriver): Promise<void> {
  const { concurrency } = driver.carried.state.flow;
  const at = () => Date.now();
  if (!concurrency || (await runningBeside(driver)) < concurrency.limit) {
    await driver.post({ type: 'start', at: at() });
    return;
  }
  const { limit, behavior } = concurrency;
  if (behavior !== 'QUEUE') {
    const state = behavior === 'FAIL' ? 'FAILED' : 'CANCELLED';
    const message = `Flow is ${state} due to concurrency limit exceeded: ${limit} may run at once.`;
    await driver.post({ type: 'refuse', at: at(), state, message });
    return;
  }
  await driver.post({ type: 'queue', at: at() });
  while (isWaiting(driver)) {
    if ((await runningBeside(driver)) < limit) await driver.post({ type: 'start', at: at() });
    else await sleep(pollMs);
  }
}

function isWaiting({ carried }: ExecutionDriver): boolean {
  const { phase, state } = carried.state.execution;
  return phase === 'created' && state.current === 'QUEUED';
}

/** Executions of the same flow that run, and those that have waited longer. */
async function runningBeside({ carried }: ExecutionDriver): Promise<number> {
  const { id, namespace, flowId } = carried.state.execution;
  const all = await carried.environment.store.list({ limit: Number.MAX_SAFE_INTEGER });
  const same = all.filter(each => each.namespace === namespace && each.flowId === flowId);
  // Newest first: what comes behind it in the list was there before it.
  const before = new Set(same.slice(same.findIndex(each => each.id === id) + 1).map(each => each.id));
  const counts = (each: ExecutionSummary) =>
    each.id !== id &&
    !each.interrupted &&
    !isTerminal(each.state) &&
    each.state !== 'CREATED' &&
    (each.state !== 'QUEUED' || before.has(each.id));
  return same.filter(counts).length;
}
