/** What every store does, whatever database is below. */
import { describe } from 'vitest';
import { claimContract } from './claims.ts';
import { executionContract } from './executions.ts';
import type { StoreHarness } from './harness.ts';
import { listContract } from './lists.ts';
import { logContract } from './logs.ts';
import { messageContract } from './messages.ts';
import { runContract } from './runs.ts';
import { turnContract } from './turns.ts';

export function storeContract(name: string, harness: StoreHarness): void {
  describe(`${name} store`, () => {
    executionContract(harness);
    claimContract(harness);
    runContract(harness);
    logContract(harness);
    listContract(harness);
    messageContract(harness);
    turnContract(harness);
  });
}
