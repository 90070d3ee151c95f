/** Whether a created execution may begin: its flow's checks hold, and no more of its flow run at once than `concurrency` says. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionDriver } from './execution-driver.ts';
import { failedChecks } from './flow-checks.ts';
import { callAt } from './timers.ts';

/** A read of the store each time, while it waits for its turn. */
const pollMs = 250;

/** Begins an execution, now, at its date, or when it is its turn. What cannot be found out about it ends it. */
export function begin(driver: ExecutionDriver): void {
  const { scheduleDate } = driver.carried.state.execution;
  const at = scheduleDate === undefined ? 0 : Date.parse(scheduleDate);
  if (at <= Date.now()) {
    beginNow(driver);
    return;
  }
  const timer = callAt(at, () => beginNow(driver));
  const cancel = () => timer.cancel();
  driver.ended.then(cancel, cancel);
}

function beginNow(driver: ExecutionDriver): void {
  const { environment, state } = driver.carried;
  // At once where nothing is to be found out: a run of one task takes 160 ms in all.
  if (!state.flow.concurrency && !state.flow.checks) driver.post({ type: 'start', at: Date.now() });
  else {
    admit(driver).catch((error: Error) => {
      environment.listener.fault?.(error);
      driver.post({ type: 'refuse', at: Date.now(), state: 'FAILED', message: error.message });
    });
  }
}

/**
 * Starts the execution, refuses it, or lets it wait until one of those before it has ended. Those of other processes on
 * the same state folder count too.
 */
async function admit(driver: ExecutionDriver): Promise<void> {
  const { environment, claim, state: current } = driver.carried;
  const { concurrency } = current.flow;
  const at = () => Date.now();
  const [check] = await failedChecks(environment, current.flow, current.execution);
  if (check?.behavior === 'FAIL_EXECUTION') {
    await driver.post({ type: 'refuse', at: at(), state: 'FAILED', message: check.message });
    return;
  }
  if (!concurrency || (await environment.store.admit(claim, concurrency.limit))) {
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
    if (await environment.store.admit(claim, limit)) await driver.post({ type: 'start', at: at() });
    else await sleep(pollMs);
  }
}

function isWaiting({ carried, isOver }: ExecutionDriver): boolean {
  const { phase, state } = carried.state.execution;
  return !isOver && phase === 'created' && state.current === 'QUEUED';
}
