import { describe, expect, test } from 'vitest';
import type { Store } from '../../../src/store/store.ts';
import { created, exampleExecution, inState } from './examples.ts';
import { type StoreHarness, storesOf } from './harness.ts';

export function turnContract(harness: StoreHarness): void {
  describe('a turn', () => {
    const stores = storesOf(harness);

    async function execution(store: Store, flowId = 'flow') {
      const made = exampleExecution({ flowId, phase: 'created' });
      return { made, claim: await store.create(created(made)) };
    }

    test('is given to as many as may run, whichever processes ask at once', async () => {
      const two = [await stores.open(), await stores.open()];
      const asked = await Promise.all(
        [...two, ...two, ...two].map(async store => ({ store, ...(await execution(store)) })),
      );
      const given = await Promise.all(asked.map(({ store, claim }) => store.admit(claim, 2)));
      expect(given.filter(Boolean)).toHaveLength(2);
    });

    test('counts executions of its flow only, neither ended nor interrupted ones, nor itself', async () => {
      const store = await stores.open();
      const other = await execution(store, 'other');
      expect(await store.admit(other.claim, 1)).toBe(true);
      const first = await execution(store);
      expect(await store.admit(first.claim, 1)).toBe(true);
      expect(await store.admit(first.claim, 1)).toBe(true);
      const second = await execution(store);
      expect(await store.admit(second.claim, 1)).toBe(false);
      await store.commit(first.claim, { execution: inState(first.made, 'SUCCESS') });
      expect(await store.admit(second.claim, 1)).toBe(true);
      await store.release(second.claim);
      expect(await store.admit((await execution(store)).claim, 1)).toBe(true);
    });

    test('comes in the order in which they wait', async () => {
      const store = await stores.open();
      const [first, second] = [await execution(store), await execution(store)];
      for (const { claim, made } of [second, first]) await store.commit(claim, { execution: inState(made, 'QUEUED') });
      expect(await store.admit(second.claim, 1)).toBe(false);
      expect(await store.admit(first.claim, 1)).toBe(true);
    });
  });
}
