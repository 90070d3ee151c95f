/** An execution that ended for a new one to try all of it again (`retry` with CREATE_NEW_EXECUTION). */
import type { Execution } from './execution.ts';

/** When the new one is to be made, in milliseconds since the epoch; undefined when none is, or it is made already. */
export function nextTryAt({ phase, state, retryAt }: Execution): number | undefined {
  if (phase !== 'ended' || state.current !== 'RETRIED' || retryAt === undefined) return undefined;
  // Read from the store it is a Long.
  return Number(retryAt);
}

/** Nothing follows: what runs after the end has run, and no other try is to be made. The state alone does not tell. */
export function isSettled(execution: Execution): boolean {
  return execution.phase === 'ended' && nextTryAt(execution) === undefined;
}
