import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExecutionDriver } from '../../src/worker/execution-driver.ts';
import { type Document, FlowHarness, saidBy } from './flow-harness.ts';

let harness: FlowHarness;
beforeEach(() => {
  harness = new FlowHarness();
});
afterEach(() => harness.close());

const course = ({ state }: Document) => state.histories.map(each => each.state).join();
const flow = (behavior: string) => `
concurrency: {limit: 1, behavior: ${behavior}}
tasks:
  - {id: a, type: io.kestra.plugin.core.flow.Sleep, duration: PT0.4S}`;

async function running(yaml: string): Promise<ExecutionDriver> {
  const driver = await harness.start(yaml);
  while (driver.carried.state.execution.state.current !== 'RUNNING') await sleep(5);
  return driver;
}

describe('concurrency', () => {
  it.each([
    ['FAIL', 'CREATED,FAILED'],
    ['CANCEL', 'CREATED,CANCELLED'],
  ])('one too many: %s', async (behavior, expected) => {
    const first = await running(flow(behavior));
    const second = await harness.run(flow(behavior));
    expect(course(second)).toBe(expected);
    expect(second.taskRunList).toEqual([]);
    expect(saidBy(second, undefined)[0]).toContain('concurrency limit exceeded');
    expect((await first.ended).state.current).toBe('SUCCESS');
    expect(course(await harness.run(flow(behavior)))).toBe('CREATED,RUNNING,SUCCESS');
  });

  it('QUEUE: one after the other, in the order they came', async () => {
    const drivers = [await running(flow('QUEUE'))];
    for (const _ of [1, 2]) {
      const driver = await harness.start(flow('QUEUE'));
      while (driver.carried.state.execution.state.current !== 'QUEUED') await sleep(5);
      drivers.push(driver);
    }
    const documents = await Promise.all(drivers.map(async driver => harness.document((await driver.ended).id)));
    expect(documents.map(course)).toEqual([
      'CREATED,RUNNING,SUCCESS',
      'CREATED,QUEUED,RUNNING,SUCCESS',
      'CREATED,QUEUED,RUNNING,SUCCESS',
    ]);
    const began = documents.map(({ state }) =>
      Date.parse((state.histories.at(-2) as unknown as { date: string }).date),
    );
    expect(began).toEqual([...began].sort((a, b) => a - b));
    expect(Number(began[2]) - Number(began[1])).toBeGreaterThan(350);
  });

  it.each([1, 3])('several that begin in the same instant: no more than %s', async limit => {
    await harness.run(flow('FAIL'));
    const { store } = harness.workspace;
    const { commit } = store;
    // A busy disk: others ask between the counting and the start.
    store.commit = async (...change) => {
      await sleep(20);
      await commit.apply(store, change);
    };
    const limited = flow('FAIL').replace('limit: 1', `limit: ${limit}`);
    const all = await Promise.all(Array.from({ length: 6 }, () => harness.run(limited)));
    expect(all.filter(({ state }) => state.current === 'SUCCESS')).toHaveLength(limit);
  });

  it('a queued one can be killed', async () => {
    const first = await running(flow('QUEUE'));
    const second = await harness.start(flow('QUEUE'));
    while (second.carried.state.execution.state.current !== 'QUEUED') await sleep(5);
    second.kill();
    expect((await second.ended).state.current).toBe('KILLED');
    await first.ended;
  });
});

describe('checks', () => {
  const checked = (behavior: string, condition = '{{ inputs.n > 3 }}') => `
inputs: [{id: n, type: INT}]
checks:
  - {condition: "${condition}", message: "{{ inputs.n }} is too small", behavior: ${behavior}}
tasks:
  - {id: a, type: io.kestra.plugin.core.log.Log, message: x}`;

  it('block what does not hold, and nothing is created', async () => {
    await expect(harness.run(checked('BLOCK_EXECUTION'), { n: '1' })).rejects.toThrow('1 is too small');
    expect(await harness.workspace.store.list()).toEqual([]);
    expect(course(await harness.run(checked('BLOCK_EXECUTION'), { n: '5' }))).toBe('CREATED,RUNNING,SUCCESS');
  });

  it('fail it, or let it pass', async () => {
    const failed = await harness.run(checked('FAIL_EXECUTION'), { n: '1' });
    expect([course(failed), saidBy(failed, undefined)]).toEqual(['CREATED,FAILED', ['ERROR 1 is too small']]);
    expect(course(await harness.run(checked('CREATE_EXECUTION'), { n: '1' }))).toBe('CREATED,RUNNING,SUCCESS');
  });

  it('that cannot be rendered do not hold', async () => {
    await expect(harness.run(checked('BLOCK_EXECUTION', '{{ nope }}'), { n: '1' })).rejects.toThrow(/too small.*nope/);
  });
});
