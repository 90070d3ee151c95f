import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Real, type Value } from '../../../src/model/value.ts';
import { created, exampleExecution, exampleTaskRun, inState, line } from './examples.ts';
import { messages, type StoreHarness, storesOf } from './harness.ts';

export function executionContract(harness: StoreHarness): void {
  describe('an execution', () => {
    const stores = storesOf(harness);

    test('is loaded as it was created', async () => {
      const store = await stores.open();
      const execution = exampleExecution({
        labels: [{ key: 'team', value: 'blue' }],
        parent: { executionId: 'p', taskRunId: 't' },
        trigger: { date: '2026-01-01' },
      });
      const effects = [
        { key: 'b', effect: { kind: 'evaluate', list: [1, null] } },
        { key: 'a', effect: { kind: 'start' } },
      ];
      await store.create(created(execution, { source: 'id: a\n---\nid: b', flowIndex: 1, effects }));
      const again = await stores.open();
      const loaded = { execution, source: 'id: a\n---\nid: b', flowIndex: 1, taskRuns: [], effects, runs: [] };
      expect(await again.load(execution.id)).toEqual(loaded);
      expect(await again.load('none')).toBeUndefined();
    });

    test('is created once', async () => {
      const store = await stores.open();
      const execution = exampleExecution();
      const claim = await store.create(created(execution));
      await expect(store.create(created(execution))).rejects.toThrow();
      await store.append(claim, { logs: [line('still ours')] });
      expect(await messages(store, execution.id)).toEqual(['still ours']);
    });

    test('keeps the numeric kinds of its values', async () => {
      const store = await stores.open();
      const inputs = {
        integer: 7,
        long: 9_007_199_254_740_993n,
        big: 123456789012345678901234567890n,
        double: new Real('double', '1.0'),
        scientific: new Real('double', '1.0E10'),
        fraction: 0.1,
      };
      const execution = exampleExecution({ inputs });
      await store.create(created(execution));
      expect((await store.load(execution.id))?.execution.inputs).toEqual(inputs);
    });

    test('keeps any text and any keys', async () => {
      const store = await stores.open();
      const value: fc.Memo<Value> = fc.memo(depth => {
        const leaf = fc.oneof(fc.string({ unit: 'grapheme' }), fc.boolean(), fc.constant(null), fc.constant('a\0b'));
        if (depth <= 1) return leaf;
        const key = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('__proto__', 'constructor', ''));
        return fc.oneof(
          leaf,
          fc.array(value(depth - 1)),
          fc.dictionary(key, value(depth - 1), { noNullPrototype: true }),
        );
      });
      await fc.assert(
        fc.asyncProperty(value(3), async sent => {
          const execution = exampleExecution({ inputs: { sent } });
          await store.create(created(execution));
          expect((await store.load(execution.id))?.execution.inputs).toEqual({ sent });
        }),
        { numRuns: 50 },
      );
    });

    test('changes by commits, all of one together', async () => {
      const store = await stores.open();
      const execution = exampleExecution();
      const claim = await store.create(created(execution, { effects: [{ key: 'start', effect: {} }] }));
      const first = exampleTaskRun(execution.id, { taskId: 'first' });
      const second = exampleTaskRun(execution.id, { taskId: 'second', outputs: { value: new Real('double', '2.0') } });
      await store.commit(claim, {
        execution: inState(execution, 'RUNNING'),
        taskRuns: [first, second],
        effectsDone: ['start'],
        effectsAdded: [
          { key: 'z', effect: { n: 1 } },
          { key: 'a', effect: { n: 2 } },
        ],
        logs: [line('began')],
      });
      const changed = { ...first, iteration: 3, value: 'x', parentTaskRunId: second.id };
      await store.commit(claim, { taskRuns: [changed], effectsDone: ['z', 'never there'] });

      const loaded = await store.load(execution.id);
      expect(loaded?.execution).toEqual(inState(execution, 'RUNNING'));
      expect(loaded?.taskRuns).toEqual([changed, second]);
      expect(loaded?.effects).toEqual([{ key: 'a', effect: { n: 2 } }]);
      expect(await messages(store, execution.id)).toEqual(['began']);
    });

    test('adds to a history at the same cost however long it is', async () => {
      const store = await stores.open();
      const costOf = async (length: number) => {
        const long = Array.from({ length }, () => ({ state: 'RUNNING' as const, date: '2026-01-02T03:04:05.678Z' }));
        let execution = exampleExecution({ state: { current: 'RUNNING', histories: long } });
        const claim = await store.create(created(execution));
        const began = process.threadCpuUsage();
        for (let turn = 0; turn < 30; turn++) {
          execution = inState(execution, turn % 2 === 0 ? 'PAUSED' : 'RUNNING');
          await store.commit(claim, { execution });
        }
        const { user, system } = process.threadCpuUsage(began);
        const loaded = await store.load(execution.id);
        expect(loaded?.execution.state).toEqual(execution.state);
        return (user + system) / 1000;
      };
      await costOf(10);
      expect(await costOf(20_000)).toBeLessThan(5 * Math.max(20, await costOf(10)));
    });

    test('an effect may be done and asked for again in one commit', async () => {
      const store = await stores.open();
      const execution = exampleExecution();
      const claim = await store.create(created(execution, { effects: [{ key: 'timer', effect: { n: 1 } }] }));
      await store.commit(claim, { effectsDone: ['timer'], effectsAdded: [{ key: 'timer', effect: { n: 2 } }] });
      expect((await store.load(execution.id))?.effects).toEqual([{ key: 'timer', effect: { n: 2 } }]);
    });

    test('nothing of a commit is kept when a part of it is refused', async () => {
      const store = await stores.open();
      const execution = exampleExecution();
      const claim = await store.create(created(execution, { effects: [{ key: 'twice', effect: {} }] }));
      const commit = store.commit(claim, {
        execution: inState(execution, 'RUNNING'),
        taskRuns: [exampleTaskRun(execution.id)],
        logs: [line('lost')],
        effectsAdded: [{ key: 'twice', effect: {} }],
      });
      await expect(commit).rejects.toThrow('twice');
      const loaded = await store.load(execution.id);
      expect(loaded?.execution).toEqual(execution);
      expect(loaded?.taskRuns).toEqual([]);
      expect(await messages(store, execution.id)).toEqual([]);
    });

    test('has task runs of its own, whatever their ids', async () => {
      const store = await stores.open();
      const [one, two] = [exampleExecution(), exampleExecution()];
      const claims = [await store.create(created(one)), await store.create(created(two))] as const;
      const inOne = exampleTaskRun(one.id, { id: 'same', taskId: 'one' });
      const inTwo = exampleTaskRun(two.id, { id: 'same', taskId: 'two' });
      await store.commit(claims[0], { taskRuns: [inOne], effectsAdded: [{ key: 'same', effect: {} }] });
      await store.commit(claims[1], { taskRuns: [inTwo], effectsAdded: [{ key: 'same', effect: {} }] });
      expect((await store.load(one.id))?.taskRuns).toEqual([inOne]);
      expect((await store.load(two.id))?.taskRuns).toEqual([inTwo]);
    });

    test('commits that are not waited for are done in their order', async () => {
      const store = await stores.open();
      const execution = exampleExecution();
      const claim = await store.create(created(execution));
      const numbers = Array.from({ length: 50 }, (_, index) => String(index));
      await Promise.all(numbers.map(number => store.append(claim, { logs: [line(number)] })));
      expect(await messages(store, execution.id)).toEqual(numbers);
    });
  });
}
