import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Document, FlowHarness } from './flow-harness.ts';

let harness: FlowHarness;
beforeEach(() => {
  harness = new FlowHarness();
});
afterEach(() => harness.close());

const course = ({ state }: Document) => state.histories.map(each => each.state).join();

async function all(yaml: string): Promise<readonly Document[]> {
  const driver = await harness.start(yaml);
  await harness.session.settled(driver);
  const list = await harness.workspace.store.list();
  return Promise.all(list.toReversed().map(({ id }) => harness.document(id)));
}

const retry = 'retry: {type: constant, interval: PT0.05S, maxAttempts: 3, behavior: CREATE_NEW_EXECUTION}';

describe('CREATE_NEW_EXECUTION', () => {
  it('tries all of it again in new executions, as often as it may', async () => {
    const tries = await all(`
${retry}
tasks:
  - {id: a, type: io.kestra.plugin.core.debug.Return, format: x}
  - id: s
    type: io.kestra.plugin.core.flow.Sequential
    tasks:
      - {id: b, type: io.kestra.plugin.core.execution.Fail}`);
    expect(tries.map(course)).toEqual(['CREATED,RUNNING,RETRIED', 'CREATED,RUNNING,RETRIED', 'CREATED,RUNNING,FAILED']);
    expect(new Set(tries.map(({ originalId }) => originalId))).toEqual(new Set([tries[0]?.id]));
    expect(tries[0]?.taskRunList.map(({ taskId, state }) => `${taskId} ${state.current}`)).toEqual([
      'a SUCCESS',
      's RETRIED',
      'b RETRIED',
    ]);
  });

  it('of a task, ends when it succeeds', async () => {
    const tries = await all(`
tasks:
  - id: a
    type: io.kestra.plugin.core.execution.Fail
    condition: "{{ execution.id == execution.originalId }}"
    ${retry}`);
    expect(tries.map(course)).toEqual(['CREATED,RUNNING,FAILED,RETRIED', 'CREATED,RUNNING,SUCCESS']);
  });

  it('is not waited for when all are killed', async () => {
    const driver = await harness.start(`
tasks:
  - {id: a, type: io.kestra.plugin.core.execution.Fail, ${retry.replace('PT0.05S', 'PT1H')}}`);
    const settled = harness.session.settled(driver);
    await driver.ended;
    await sleep(20);
    harness.session.killAll();
    expect((await settled).carried.state.execution.state.current).toBe('RETRIED');
  });

  it('is made by the process that resumes, when the one that waited for it has died', async () => {
    const driver = await harness.start(`
tasks:
  - id: a
    type: io.kestra.plugin.core.execution.Fail
    condition: "{{ execution.id == execution.originalId }}"
    ${retry.replace('PT0.05S', 'PT0.3S')}`);
    const { id } = await driver.ended;
    const { store } = harness.workspace;
    expect(await store.interrupted()).toEqual([]);
    await store.release(driver.carried.claim);
    expect(await store.interrupted()).toEqual([id]);
    const resumed = await harness.session.goOn(id);
    if (!resumed) throw new Error('not resumed');
    const last = await harness.session.settled(resumed);
    expect(last.carried.state.execution).toMatchObject({ originalId: id, attemptNumber: 2 });
    expect(course(await harness.document(last.carried.state.execution.id))).toBe('CREATED,RUNNING,SUCCESS');
    expect(await store.interrupted()).toEqual([]);
  });

  it('is not made of what was killed meanwhile, by nobody', async () => {
    const driver = await harness.start(`
tasks:
  - {id: a, type: io.kestra.plugin.core.execution.Fail, ${retry.replace('PT0.05S', 'PT1H')}}`);
    const settled = harness.session.settled(driver);
    await driver.ended;
    harness.session.kill(driver.carried.state.execution.id);
    await settled;
    expect(await harness.workspace.store.interrupted()).toEqual([]);
    expect(await harness.workspace.store.list()).toHaveLength(1);
  });
});
