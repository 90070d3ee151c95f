/** Subflows that begin at a date: created at once, started then. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FlowHarness } from './flow-harness.ts';

let harness: FlowHarness;

beforeEach(() => {
  harness = new FlowHarness();
});

afterEach(() => harness.close());

const parent = (date: string, more = '') => `id: parent
namespace: a.b
tasks:
  - {id: s, type: io.kestra.plugin.core.flow.Subflow, namespace: a.b, flowId: child, scheduleDate: "${date}"${more}}
---
id: child
namespace: a.b
tasks:
  - {id: r, type: io.kestra.plugin.core.debug.Return, format: x}
`;

it.each(['', ', wait: false'])('is not before its date%s', async more => {
  const date = Date.now() + 1_500;
  const driver = await harness.start(parent(new Date(date).toISOString(), more));
  const { id } = await driver.ended;
  const document = await harness.document(id);
  const { executionId } = document.taskRunList[0]?.outputs ?? {};
  const child = await harness.document(String(executionId));
  expect(child).toMatchObject({ state: { current: 'SUCCESS' }, scheduleDate: new Date(date).toISOString() });
  const [created, running] = child.state.histories.map(each => Date.parse(each.date));
  expect(created).toBeLessThan(date);
  expect(running).toBeGreaterThanOrEqual(date);
});

it('is killed while it waits', async () => {
  const driver = await harness.start(parent('2100-01-01T00:00:00+02:00[Europe/Paris]'));
  await expect.poll(async () => driver.carried.state.taskRuns().next().value?.progress?.child).toBeTypeOf('string');
  driver.kill();
  expect((await driver.ended).state.current).toBe('KILLED');
});

it('refuses a date without an offset', async () => {
  const { state, logs } = await harness.run(parent('2100-01-01T00:00:00'));
  expect(state.current).toBe('FAILED');
  expect(logs.map(({ message }) => message).join()).toContain("'2100-01-01T00:00:00' is not a date and time with");
});
