import { describe, expect, test } from 'vitest';
import type { Execution } from '../../../src/model/execution.ts';
import type { Store } from '../../../src/store/store.ts';
import { created, exampleExecution, exampleTaskRun, inState, line, metric } from './examples.ts';
import { messages, type StoreHarness, storesOf } from './harness.ts';

export function listContract(harness: StoreHarness): void {
  describe('the list of executions', () => {
    const stores = storesOf(harness);

    async function ended(store: Store, execution: Execution): Promise<Execution> {
      const claim = await store.create(created(execution));
      await store.commit(claim, {
        execution: inState(execution, 'FAILED'),
        taskRuns: [exampleTaskRun(execution.id)],
        logs: [line('bye')],
      });
      await store.append(claim, { metrics: [metric()] });
      await store.saveRun(claim, { taskRunId: 'r', attempt: 0, vars: {} });
      await store.release(claim);
      return execution;
    }

    test('is newest first, with what is known of each', async () => {
      const [dead, live] = [await stores.openAsDead(), await stores.open()];
      const first = await ended(live, exampleExecution());
      const second = exampleExecution();
      await dead.create(created(second));
      const third = exampleExecution({ parent: { executionId: second.id, taskRunId: 't' } });
      await live.create(created(third));
      const common = { namespace: 'company.team', flowId: 'flow', startDate: '2026-01-02T03:04:05.678Z' };
      expect(await live.list()).toEqual([
        { ...common, id: third.id, state: 'CREATED', parentExecutionId: second.id, interrupted: false },
        { ...common, id: second.id, state: 'CREATED', interrupted: true },
        { ...common, id: first.id, state: 'FAILED', endDate: '2026-01-02T03:04:06.789Z', interrupted: false },
      ]);
      expect((await live.list({ limit: 1 })).map(summary => summary.id)).toEqual([third.id]);
      expect((await live.list({ limit: 2, oldestFirst: true })).map(summary => summary.id)).toEqual([
        first.id,
        second.id,
      ]);
    });

    test('tells the interrupted ones, oldest first', async () => {
      const [dead, live] = [await stores.openAsDead(), await stores.open()];
      const [one, two, running] = [exampleExecution(), exampleExecution(), exampleExecution()];
      await dead.create(created(one));
      await live.create(created(running));
      const claim = await live.create(created(two));
      await live.commit(claim, { execution: inState(two, 'PAUSED') });
      await live.release(claim);
      await ended(live, exampleExecution());
      expect(await live.interrupted()).toEqual([one.id, two.id]);
    });

    test('counts an execution as open until what follows its end is done', async () => {
      const store = await stores.open();
      const execution = exampleExecution();
      const claim = await store.create(created(execution));
      await store.commit(claim, { execution: { ...inState(execution, 'SUCCESS'), phase: 'after' } });
      await store.release(claim);
      expect(await store.interrupted()).toEqual([execution.id]);
      expect(await store.list()).toMatchObject([{ state: 'SUCCESS', interrupted: true }]);
      expect(await store.delete(execution.id)).toEqual([]);
      expect(await store.claim(execution.id)).toBeDefined();
    });

    test('leaves an interrupted subflow to the execution that waits for it, as long as that goes on', async () => {
      const [dead, live] = [await stores.openAsDead(), await stores.open()];
      const parent = exampleExecution();
      const child = exampleExecution({ parent: { executionId: parent.id, taskRunId: 't' } });
      const claim = await dead.create(created(parent));
      await dead.create(created(child));
      expect(await live.interrupted()).toEqual([parent.id]);
      await dead.commit(claim, { execution: inState(parent, 'KILLED') });
      expect(await live.interrupted()).toEqual([child.id]);
    });

    test('loses a deleted execution with its descendants and all they had', async () => {
      const store = await stores.open();
      const parent = await ended(store, exampleExecution());
      const child = await ended(store, exampleExecution({ parent: { executionId: parent.id, taskRunId: 't' } }));
      const grandchild = await ended(store, exampleExecution({ parent: { executionId: child.id, taskRunId: 't' } }));
      const other = await ended(store, exampleExecution());
      expect([...(await store.delete(parent.id))].sort()).toEqual([parent.id, child.id, grandchild.id].sort());
      expect((await store.list()).map(summary => summary.id)).toEqual([other.id]);
      expect(await store.load(child.id)).toBeUndefined();
      expect(await messages(store, child.id)).toEqual([]);
      expect(await store.metrics(child.id)).toEqual([]);
      expect(await messages(store, other.id)).toEqual(['bye']);
      expect((await store.load(other.id))?.taskRuns).toHaveLength(1);
    });

    test('keeps what goes on, or is worked on', async () => {
      const [store, another] = [await stores.open(), await stores.open()];
      const open = exampleExecution();
      await store.release(await store.create(created(open)));
      const closing = exampleExecution();
      const claim = await store.create(created(closing));
      await store.commit(claim, { execution: inState(closing, 'SUCCESS') });
      expect(await another.delete(open.id)).toEqual([]);
      expect(await another.delete(closing.id)).toEqual([]);
      expect(await another.delete('none')).toEqual([]);
      expect(await another.list()).toHaveLength(2);
    });
  });
}
