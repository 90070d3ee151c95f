/** More attempts than slots. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FlowHarness } from './flow-harness.ts';

let harness: FlowHarness;
beforeEach(() => {
  harness = new FlowHarness();
});
afterEach(() => harness.close());

const tasks = (count: number, task: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => `      - ${task(index)}`).join('\n');
const sleeping = (duration: string) => (index: number) =>
  `{id: s${index}, type: io.kestra.plugin.core.flow.Sleep, duration: ${duration}}`;
const logging = (index: number) => `{id: l${index}, type: io.kestra.plugin.core.log.Log, message: late}`;
const parallel = (inner: string) =>
  `\ntasks:\n  - id: p\n    type: io.kestra.plugin.core.flow.Parallel\n    tasks:\n${inner}`;

it('what waits for a slot when the execution is killed never runs', async () => {
  const driver = await harness.start(parallel(`${tasks(64, sleeping('PT1M'))}\n${tasks(5, logging)}`));
  Object.assign(harness.session.environment, { slots: 64 });
  await sleep(300);
  driver.kill();
  const document = await harness.document((await driver.ended).id);
  expect(document.state.current).toBe('KILLED');
  expect(document.logs.filter(({ message }) => message === 'late')).toEqual([]);
});

it('never more at once than there are slots, and nobody overtakes', async () => {
  await harness.run(parallel(tasks(1, logging)));
  const { environment } = harness.session;
  Object.assign(environment, { slots: 2 });
  let most = 0;
  const order: string[] = [];
  // The first tasks may be running before the start has been told.
  let driver: Awaited<ReturnType<FlowHarness['start']>> | undefined;
  environment.listener.taskRun = run => {
    if (run.state.current !== 'RUNNING' || !run.taskId.startsWith('s')) return;
    order.push(run.taskId);
    const running = [...(driver?.carried.state.taskRuns() ?? [])].filter(
      each => each.taskId.startsWith('s') && each.state.current === 'RUNNING',
    );
    most = Math.max(most, running.length);
  };
  const chain = (name: string) =>
    `      - id: c${name}\n        type: io.kestra.plugin.core.flow.Sequential\n        tasks:\n` +
    ['1', '2'].map(step => `          - ${sleeping('PT0.05S')(0).replace('s0', `s${name}${step}`)}`).join('\n');
  driver = await harness.start(parallel(['a', 'b', 'c'].map(chain).join('\n')));
  await driver.ended;
  expect(most).toBe(2);
  expect(order.indexOf('sc1')).toBeLessThan(3);
});
