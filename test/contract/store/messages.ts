import { describe, expect, test } from 'vitest';
import { FencedError } from '../../../src/store/store.ts';
import { created, exampleExecution } from './examples.ts';
import { type StoreHarness, storesOf } from './harness.ts';

export function messageContract(harness: StoreHarness): void {
  describe('messages', () => {
    const stores = storesOf(harness);

    test('reach whoever carries the execution out, in order and once', async () => {
      const [owner, other] = [await stores.open(), await stores.open()];
      const execution = exampleExecution();
      const claim = await owner.create(created(execution));
      expect(await owner.receive(claim)).toEqual([]);
      await other.send(execution.id, { type: 'resume', n: 1 });
      await other.send(execution.id, { type: 'resume', n: 2 });
      expect(await owner.receive(claim)).toEqual([
        { type: 'resume', n: 1 },
        { type: 'resume', n: 2 },
      ]);
      expect(await owner.receive(claim)).toEqual([]);
    });

    test('are not taken by one whose claim is over', async () => {
      const owner = await stores.open();
      const execution = exampleExecution();
      const claim = await owner.create(created(execution));
      await owner.release(claim);
      await owner.send(execution.id, { type: 'resume' });
      await expect(owner.receive(claim)).rejects.toThrow(FencedError);
    });
  });
}
