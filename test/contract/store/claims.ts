import { describe, expect, test } from 'vitest';
import { type Claim, FencedError, type Store } from '../../../src/store/store.ts';
import { created, exampleExecution, exampleTaskRun, inState, line } from './examples.ts';
import { messages, type StoreHarness, storesOf } from './harness.ts';

export function claimContract(harness: StoreHarness): void {
  describe('a claim', () => {
    const stores = storesOf(harness);

    function everyWrite(store: Store, claim: Claim): readonly Promise<unknown>[] {
      const run = { taskRunId: 'r', attempt: 0 };
      return [
        store.commit(claim, { taskRuns: [exampleTaskRun(claim.executionId)] }),
        store.dropLogs(claim, 'r', 0),
        store.append(claim, { logs: [line('too late')] }),
        store.saveRun(claim, { ...run, vars: {} }),
        store.saveProgress(claim, { ...run, logCursor: 1, logs: [], metrics: [] }),
        store.run(claim, 'r', 0),
        store.deleteRun(claim, 'r', 0),
        store.admit(claim, 1),
      ];
    }

    test('is not given while a live process has one', async () => {
      const [first, second] = [await stores.open(), await stores.open()];
      const execution = exampleExecution();
      await first.create(created(execution));
      expect(await second.claim(execution.id)).toBeUndefined();
      expect(await first.claim(execution.id)).toBeUndefined();
    });

    test('is not given for an execution that does not exist', async () => {
      expect(await (await stores.open()).claim('none')).toBeUndefined();
    });

    test('goes over after a release, and the old one is refused everywhere', async () => {
      const [first, second] = [await stores.open(), await stores.open()];
      const execution = exampleExecution();
      const old = await first.create(created(execution));
      await first.release(old);
      for (const write of everyWrite(first, old)) await expect(write).rejects.toThrow(FencedError);
      const claim = await second.claim(execution.id);
      expect(claim?.executionId).toBe(execution.id);
      for (const write of everyWrite(first, old)) await expect(write).rejects.toThrow(FencedError);
      if (claim) await second.append(claim, { logs: [line('mine')] });
      expect(await messages(first, execution.id)).toEqual(['mine']);
    });

    test('goes over when its process is dead, and the dead one is refused', async () => {
      const [dead, live] = [await stores.openAsDead(), await stores.open()];
      const execution = exampleExecution();
      const old = await dead.create(created(execution));
      const claim = await live.claim(execution.id);
      expect(claim).toBeDefined();
      for (const write of everyWrite(dead, old)) await expect(write).rejects.toThrow(FencedError);
      await expect(write(dead, old)).rejects.toThrow(execution.id);
      expect(await live.claim(execution.id)).toBeUndefined();
    });

    const write = (store: Store, claim: Claim) => store.append(claim, { logs: [line('x')] });

    test('can be released twice, and releasing a lost one takes nothing from its new owner', async () => {
      const [dead, live] = [await stores.openAsDead(), await stores.open()];
      const execution = exampleExecution();
      const old = await dead.create(created(execution));
      const claim = await live.claim(execution.id);
      await dead.release(old);
      await dead.release(old);
      expect(claim).toBeDefined();
      if (claim) await write(live, claim);
      expect(await live.claim(execution.id)).toBeUndefined();
    });

    test('is let go when its store is closed', async () => {
      const [first, second] = [await stores.open(), await stores.open()];
      const execution = exampleExecution();
      await first.create(created(execution));
      await first.close();
      expect(await second.interrupted()).toEqual([execution.id]);
      expect(await second.claim(execution.id)).toBeDefined();
    });

    test('goes to one of many who ask at once', async () => {
      const dead = await stores.openAsDead();
      const execution = exampleExecution();
      await dead.create(created(execution));
      const all = await Promise.all(Array.from({ length: 8 }, () => stores.open()));
      const claims = await Promise.all(all.map(store => store.claim(execution.id)));
      expect(claims.filter(claim => claim !== undefined)).toHaveLength(1);
    });

    test('is given for an ended execution only when asked for', async () => {
      const store = await stores.open();
      const execution = exampleExecution();
      const claim = await store.create(created(execution));
      await store.commit(claim, { execution: inState(execution, 'SUCCESS') });
      await write(store, claim);
      await store.release(claim);
      expect(await store.claim(execution.id)).toBeUndefined();
      expect(await store.claim(execution.id, { ended: true })).toBeDefined();
    });
  });
}
