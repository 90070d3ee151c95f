/** A kill ends what the execution started, too (spec/flows.md section 6.7). */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FlowHarness } from './flow-harness.ts';

let harness: FlowHarness;
beforeEach(() => {
  harness = new FlowHarness();
});
afterEach(() => harness.close());

const parent = (after: string) => `
id: parent
namespace: a.b
tasks:
  - {id: s, type: io.kestra.plugin.core.flow.Subflow, namespace: a.b, flowId: child, wait: false}
${after}
---
id: child
namespace: a.b
tasks: [{id: slow, type: io.kestra.plugin.core.flow.Sleep, duration: PT60S}]`;

const busy = '  - {id: busy, type: io.kestra.plugin.core.flow.Sleep, duration: PT60S}';

it.each([
  ['while the execution runs', busy, ['KILLED', 'KILLED']],
  ['after its own end', '', ['KILLED', 'SUCCESS']],
])('ends a subflow that nobody waits for, %s', async (_, after, states) => {
  const driver = await harness.start(parent(after).trim());
  const { store } = harness.workspace;
  const running = async () => (await store.list()).filter(({ state }) => state === 'RUNNING').length;
  while ((await store.list()).length < 2 || (await running()) < (after === '' ? 1 : 2)) await sleep(5);
  harness.session.killAll();
  await driver.ended;
  expect((await store.list()).map(({ state }) => state)).toEqual(states);
});

it('ends a subflow that nobody waits for with the one that started it', async () => {
  const driver = await harness.start(
    `
id: outer
namespace: a.b
tasks: [{id: s, type: io.kestra.plugin.core.flow.Subflow, namespace: a.b, flowId: parent}]
---${parent(busy)}`.trim(),
  );
  const { store } = harness.workspace;
  while ((await store.list()).filter(({ state }) => state === 'RUNNING').length < 3) await sleep(5);
  driver.kill();
  await driver.ended;
  expect((await store.list()).map(({ state }) => state)).toEqual(['KILLED', 'KILLED', 'KILLED']);
});
