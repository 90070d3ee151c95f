import { describe, expect, test } from 'vitest';
import { created, exampleExecution, line, metric } from './examples.ts';
import { messages, type StoreHarness, storesOf } from './harness.ts';

export function runContract(harness: StoreHarness): void {
  describe('a run', () => {
    const stores = storesOf(harness);

    async function execution() {
      const store = await stores.open();
      const { id } = exampleExecution();
      return { store, id, claim: await store.create(created(exampleExecution({ id }))) };
    }

    test('is found by task run and attempt, as it was saved last', async () => {
      const { store, claim } = await execution();
      const first = { taskRunId: 'r', attempt: 0, vars: {} };
      expect(await store.run(claim, 'r', 0)).toBeUndefined();
      await store.saveRun(claim, first);
      expect(await store.run(claim, 'r', 0)).toEqual(first);
      const full = {
        ...first,
        handle: { runner: 'docker', version: 1, data: { id: 'abc', big: 9_007_199_254_740_993n } },
        logCursor: ['2026-01-01T00:00:00.000000001Z', 3],
        vars: { a: [1, { b: 'c' }] },
        captures: [{ key: 'a', path: 'a', uri: 'kestra:///a' }],
      };
      await store.saveRun(claim, full);
      expect(await store.run(claim, 'r', 0)).toEqual(full);
      expect(await store.run(claim, 'r', 1)).toBeUndefined();
    });

    test('has log entries that can be dropped, those of one attempt alone', async () => {
      const { store, claim, id } = await execution();
      const entry = (message: string, taskRunId: string, attemptNumber: number) =>
        line(message, { taskRunId, attemptNumber });
      const logs = [entry('a', 'r', 0), entry('b', 'r', 1), entry('c', 's', 0), line('d')];
      await store.append(claim, { logs, metrics: [] });
      await store.dropLogs(claim, 'r', 0);
      await store.dropLogs(claim, 'none', 0);
      expect(await messages(store, id)).toEqual(['b', 'c', 'd']);
    });

    test('keeps what a later record leaves out', async () => {
      const { store, claim } = await execution();
      const key = { taskRunId: 'r', attempt: 0 };
      const known = { handle: { runner: 'process' }, logCursor: 7 };
      await store.saveRun(claim, { ...key, ...known, vars: { a: 1 } });
      await store.saveRun(claim, { ...key, vars: { b: 2 } });
      expect(await store.run(claim, 'r', 0)).toEqual({ ...key, ...known, vars: { b: 2 } });
    });

    test('is loaded with its execution until it is deleted', async () => {
      const { store, id, claim } = await execution();
      const [first, second] = [0, 1].map(attempt => ({ taskRunId: 'r', attempt, vars: { attempt } }));
      if (first) await store.saveRun(claim, first);
      if (second) await store.saveRun(claim, second);
      expect((await store.load(id))?.runs).toEqual([first, second]);
      await store.deleteRun(claim, 'r', 0);
      await store.deleteRun(claim, 'r', 0);
      expect((await store.load(id))?.runs).toEqual([second]);
    });

    test('has its lines, metrics, cursor and variables saved together', async () => {
      const { store, id, claim } = await execution();
      const handle = { runner: 'process' };
      await store.saveRun(claim, { taskRunId: 'r', attempt: 0, handle, vars: { a: 1 } });
      const progress = { taskRunId: 'r', attempt: 0, metrics: [] };
      await store.saveProgress(claim, { ...progress, logCursor: { at: 1 }, logs: [line('one'), line('two')] });
      expect(await store.run(claim, 'r', 0)).toMatchObject({ handle, logCursor: { at: 1 }, vars: { a: 1 } });
      const rows = metric({ taskRunId: 'r', value: 2.5, tags: { table: 'users' } });
      await store.saveProgress(claim, { ...progress, logCursor: null, vars: { b: 2 }, logs: [], metrics: [rows] });
      expect(await store.run(claim, 'r', 0)).toMatchObject({ handle, logCursor: null, vars: { b: 2 } });
      expect(await messages(store, id)).toEqual(['one', 'two']);
      expect(await store.metrics(id)).toEqual([rows]);
    });

    test('must be saved before its progress', async () => {
      const { store, id, claim } = await execution();
      const progress = { taskRunId: 'r', attempt: 0, logCursor: 1, logs: [line('lost')], metrics: [] };
      await expect(store.saveProgress(claim, progress)).rejects.toThrow('task run r');
      expect(await messages(store, id)).toEqual([]);
    });
  });
}
