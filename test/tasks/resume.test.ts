import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExecutionDriver } from '../../src/worker/execution-driver.ts';
import { FlowHarness, outputsOf, saidBy } from './flow-harness.ts';

let harness: FlowHarness;
beforeEach(() => {
  harness = new FlowHarness();
});
afterEach(() => harness.close());

const flow = `
tasks:
  - id: p
    type: io.kestra.plugin.core.flow.Pause
    onResume:
      - {id: approved, type: BOOLEAN}
      - {id: count, type: INT, defaults: 3, max: 9}
      - {id: reason, type: STRING, required: false}
  - id: after
    type: io.kestra.plugin.core.debug.Return
    format: "{{ outputs.p.onResume.approved }} {{ outputs.p.onResume.count + 1 }}"`;

async function paused(): Promise<ExecutionDriver> {
  const driver = await harness.start(flow);
  while (driver.carried.state.execution.state.current !== 'PAUSED') await sleep(5);
  return driver;
}

it('gives what a Pause asks for by its type, with defaults', async () => {
  const driver = await paused();
  expect(await driver.goOn({ approved: 'true', count: '4', unknown: 'x' })).toBeUndefined();
  const document = await harness.document((await driver.ended).id);
  expect(outputsOf(document, 'p').onResume).toEqual({ approved: true, count: 4, reason: null });
  expect(outputsOf(document, 'after').value).toBe('true 5');
});

it('refuses what does not fit and stays paused', async () => {
  const driver = await paused();
  const refused = await driver.goOn({ count: '10' });
  expect(refused?.violations.map(({ path }) => path)).toEqual(['approved', 'count']);
  expect(driver.carried.state.execution.state.current).toBe('PAUSED');
  await driver.goOn({ approved: 'false' });
  expect((await driver.ended).state.current).toBe('SUCCESS');
});

it('takes the answer from another process', async () => {
  const driver = await paused();
  const stored = await harness.workspace.store.load(driver.carried.state.execution.id);
  if (!stored) throw new Error('not stored');
  expect((await harness.session.resumeElsewhere(stored, {}))?.violations).toHaveLength(1);
  expect(await harness.session.resumeElsewhere(stored, { approved: 'true' })).toBeUndefined();
  expect((await driver.ended).state.current).toBe('SUCCESS');
  expect(outputsOf(await harness.document(stored.execution.id), 'p').onResume).toMatchObject({
    approved: true,
    count: 3,
  });
});

it('runs the onPause task of a Pause while it is paused', async () => {
  const log = '{id: tell, type: io.kestra.plugin.core.log.Log, message: "paused {{ execution.id }}"}';
  const driver = await harness.start(`tasks:\n  - {id: p, type: io.kestra.plugin.core.flow.Pause, onPause: ${log}}`);
  const { id } = driver.carried.state.execution;
  await expect
    .poll(async () => (await harness.document(id)).logs.map(({ message }) => message))
    .toContain(`paused ${id}`);
  expect(driver.carried.state.execution.state.current).toBe('PAUSED');
  await driver.goOn({});
  expect((await driver.ended).state.current).toBe('SUCCESS');
});

it('refuses an onPause that no worker runs', async () => {
  const inner = '{id: x, type: io.kestra.plugin.core.flow.Pause}';
  await expect(
    harness.start(`tasks:\n  - {id: p, type: io.kestra.plugin.core.flow.Pause, onPause: ${inner}}`),
  ).rejects.toMatchObject({ text: expect.stringContaining('Only runnable tasks are allowed as onPause') });
});

describe('execution.Resume', () => {
  const resume = (more: string) => `id: resuming
namespace: a.b
tasks: [{id: go, type: io.kestra.plugin.core.execution.Resume${more}}]`;

  it('lets another execution go on, by id or flow, with inputs that fit', async () => {
    const driver = await paused();
    const { id, flowId } = driver.carried.state.execution;
    const wrong = await harness.run(resume(`, executionId: ${id}`));
    expect(saidBy(wrong, 'go').join()).toContain('approved');
    const ended = await harness.run(resume(`, flowId: ${flowId}, inputs: {approved: "{{ true }}"}`));
    expect(ended.state.current).toBe('SUCCESS');
    expect((await driver.ended).state.current).toBe('SUCCESS');
    expect(outputsOf(await harness.document(id), 'p').onResume).toMatchObject({ approved: true, count: 3 });
  });

  it.each([
    [', executionId: nope', /no execution nope/],
    ['', /is not paused, but RUNNING/],
    [', flowId: nobody', /no paused execution of the flow 'a\.b\.nobody'/],
  ])('says why it cannot: %s', async (more, words) => {
    const { state, logs } = await harness.run(resume(more));
    expect(state.current).toBe('FAILED');
    expect(logs.map(({ message }) => message).join()).toMatch(words);
  });
});
