import { afterEach, beforeEach, expect, it } from 'vitest';
import { FlowHarness, outputsOf } from './flow-harness.ts';

let harness: FlowHarness;
beforeEach(() => {
  harness = new FlowHarness();
});
afterEach(() => harness.close());

it('log.Fetch keeps the entries of an execution by task and level', async () => {
  const document = await harness.run(`
tasks:
  - {id: a, type: io.kestra.plugin.core.log.Log, message: one}
  - {id: b, type: io.kestra.plugin.core.log.Log, message: two, level: WARN}
  - {id: all, type: io.kestra.plugin.core.log.Fetch}
  - {id: warn, type: io.kestra.plugin.core.log.Fetch, level: WARN}
  - {id: some, type: io.kestra.plugin.core.log.Fetch, tasksId: [a]}`);
  const messages = async (taskId: string) => {
    const text = await harness.workspace.storage.getText(String(outputsOf(document, taskId).uri));
    return text
      .trim()
      .split('\n')
      .map(line => /message:"([^"]*)"/.exec(line)?.[1]);
  };
  expect(await messages('all')).toEqual(['one', 'two']);
  expect(await messages('warn')).toEqual(['two']);
  expect(await messages('some')).toEqual(['one']);
  expect(outputsOf(document, 'all').size).toBe(2);
});

it('execution.Count counts by flow and state', async () => {
  await harness.run('tasks: [{id: a, type: io.kestra.plugin.core.execution.Fail}]');
  await harness.run('tasks: [{id: a, type: io.kestra.plugin.core.log.Log, message: x}]');
  const document = await harness.run(`id: counting
namespace: a.c
tasks:
  - id: failed
    type: io.kestra.plugin.core.execution.Count
    flows: [{namespace: a.b, flowId: f}, {namespace: a.b, flowId: none}]
    states: [FAILED]
    expression: "{{ count >= 0 }}"
  - id: none
    type: io.kestra.plugin.core.execution.Count
    flows: [{namespace: a.b, flowId: f}, {namespace: a.b, flowId: none}]
    expression: "{{ count == 0 }}"
  - id: all
    type: io.kestra.plugin.core.execution.Count
    namespaces: [a]
    startDate: "{{ now() | dateAdd(-1, 'HOURS') }}"
    expression: "{{ count > 0 }}"`);
  expect(outputsOf(document, 'failed')).toEqual({
    results: [
      { namespace: 'a.b', flowId: 'f', count: 1 },
      { namespace: 'a.b', flowId: 'none', count: 0 },
    ],
    total: 1,
  });
  expect(outputsOf(document, 'none').results).toEqual([{ namespace: 'a.b', flowId: 'none', count: 0 }]);
  expect(outputsOf(document, 'all').total).toBe(3);
});
