import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Document, FlowHarness, saidBy } from './flow-harness.ts';

let harness: FlowHarness;
beforeEach(() => {
  harness = new FlowHarness();
});
afterEach(() => harness.close());

const course = ({ state }: Document) => state.histories.map(each => each.state).join();
const labels = ({ labels: all }: Document) => all.filter(({ key }) => !key.startsWith('system.'));
const flow = (sla: string, more = '') => `
sla:
  - {id: m, labels: {sla: miss}, ${sla}}
tasks:
  - {id: a, type: io.kestra.plugin.core.debug.Return, format: x}${more}`;
const sleep = '\n  - {id: s, type: io.kestra.plugin.core.flow.Sleep, duration: PT20S}';

describe('an assertion', () => {
  it.each([
    ['NONE', 'CREATED,RUNNING,SUCCESS'],
    ['FAIL', 'CREATED,RUNNING,FAILED'],
    ['CANCEL', 'CREATED,RUNNING,CANCELLED'],
  ])('that does not hold at the end: %s', async (behavior, expected) => {
    const assert = `"{{ outputs.a.value == 'y' }}"`;
    const document = await harness.run(flow(`type: EXECUTION_ASSERTION, behavior: ${behavior}, assert: ${assert}`));
    expect(course(document)).toBe(expected);
    expect(labels(document)).toEqual([{ key: 'sla', value: 'miss' }]);
    const said = saidBy(document, undefined);
    expect(said.filter(line => line.startsWith("WARN The SLA 'm' is violated"))).toHaveLength(1);
    expect(said.some(line => line.startsWith('ERROR The execution fails'))).toBe(behavior === 'FAIL');
    expect(said[0]).toMatch(/^ERROR The SLA 'm' cannot be evaluated: .*`outputs`|`a`/);
  });

  it.each([
    ['FAIL', 'FAILED'],
    ['CANCEL', 'CANCELLED'],
  ])('ends the task run after which it does not hold, and nothing follows: %s', async (behavior, state) => {
    const sla = `type: EXECUTION_ASSERTION, behavior: ${behavior}, assert: "{{ (outputs.a.value ?? 'y') == 'y' }}"`;
    const document = await harness.run(flow(sla, sleep));
    expect(course(document)).toBe(`CREATED,RUNNING,${state}`);
    expect(document.taskRunList.map(({ taskId, state }) => `${taskId} ${state.current}`)).toEqual([`a ${state}`]);
    expect(document.taskRunList[0]?.attempts).toMatchObject([{ state: { current: 'SUCCESS' } }]);
  });

  it('sets its labels before the next task begins', async () => {
    const sla = `type: EXECUTION_ASSERTION, behavior: NONE, assert: "{{ (outputs.a.value ?? 'y') == 'y' }}"`;
    const next = '\n  - {id: b, type: io.kestra.plugin.core.debug.Return, format: "{{ labels.sla ?? \'no\' }}"}';
    const document = await harness.run(flow(sla, next));
    expect(document.taskRunList[1]?.outputs).toEqual({ value: 'miss' });
  });

  it('that holds changes nothing', async () => {
    const document = await harness.run(flow(`type: EXECUTION_ASSERTION, behavior: FAIL, assert: "{{ true }}"`));
    expect([course(document), labels(document), saidBy(document, undefined)]).toEqual([
      'CREATED,RUNNING,SUCCESS',
      [],
      [],
    ]);
  });
});

describe('a longest duration', () => {
  it.each([
    ['FAIL', 'FAILED'],
    ['CANCEL', 'CANCELLED'],
  ])('that is over: %s', async (behavior, state) => {
    const document = await harness.run(flow(`type: MAX_DURATION, behavior: ${behavior}, duration: PT0.3S`, sleep));
    expect(course(document)).toBe(`CREATED,RUNNING,${state}`);
    expect(labels(document)).toEqual([{ key: 'sla', value: 'miss' }]);
  });

  it('that is kept leaves no timer behind', async () => {
    const document = await harness.run(flow('type: MAX_DURATION, behavior: FAIL, duration: PT1H'));
    expect([course(document), labels(document)]).toEqual(['CREATED,RUNNING,SUCCESS', []]);
  });
});
