import { describe, expect, test } from 'vitest';
import { created, exampleExecution, inState, line, metric } from './examples.ts';
import { allLogs, messages, type StoreHarness, storesOf } from './harness.ts';

export function logContract(harness: StoreHarness): void {
  describe('logs and metrics', () => {
    const stores = storesOf(harness);

    async function execution() {
      const store = await stores.open();
      const { id } = exampleExecution();
      return { store, id, claim: await store.create(created(exampleExecution({ id }))) };
    }

    test('are read as they were written', async () => {
      const { store, id, claim } = await execution();
      const plain = line('plain');
      const full = line('färbig\u0000\n\u001b[0m', { level: 'WARN', taskId: 't', taskRunId: 'r', attemptNumber: 0 });
      const rows = metric({ type: 'timer', value: 1234.5, tags: { a: 'b' } });
      const odd = metric({ value: Number.NaN });
      await store.append(claim, { logs: [plain, full], metrics: [rows, odd] });
      const entries = await allLogs(store, id);
      expect(entries.map(({ sequence: _, ...entry }) => entry)).toEqual([plain, full]);
      expect(await store.metrics(id)).toEqual([rows, odd]);
      expect(await messages(store, 'none')).toEqual([]);
      expect(await store.metrics('none')).toEqual([]);
    });

    test('have rising sequences, from which reading goes on', async () => {
      const { store, id, claim } = await execution();
      const other = exampleExecution();
      const otherClaim = await store.create(created(other));
      const count = 2500;
      for (let first = 0; first < count; first += 100) {
        const logs = Array.from({ length: 100 }, (_, index) => line(String(first + index)));
        await store.append(claim, { logs });
        await store.append(otherClaim, { logs: [line('of another')] });
      }
      const entries = await allLogs(store, id);
      expect(entries.map(entry => Number(entry.message))).toEqual(Array.from({ length: count }, (_, index) => index));
      for (const [index, entry] of entries.entries()) {
        expect(entry.sequence).toBeGreaterThan(entries[index - 1]?.sequence ?? 0);
      }
      const middle = entries[1233];
      expect(await allLogs(store, id, middle?.sequence)).toEqual(entries.slice(1234));
      expect(await allLogs(store, id, entries.at(-1)?.sequence)).toEqual([]);
    });

    test('reading goes on over what is written meanwhile and after a deletion elsewhere', async () => {
      const { store, id, claim } = await execution();
      await store.append(claim, { logs: [line('one')] });
      const [one] = await allLogs(store, id);
      const other = inState(exampleExecution(), 'SUCCESS');
      const otherClaim = await store.create(created(other));
      await store.append(otherClaim, { logs: [line('x'), line('y')] });
      await store.release(otherClaim);
      expect(await store.delete(other.id)).toEqual([other.id]);
      await store.append(claim, { logs: [line('two')] });
      expect((await allLogs(store, id, one?.sequence)).map(entry => entry.message)).toEqual(['two']);
    });
  });
}
