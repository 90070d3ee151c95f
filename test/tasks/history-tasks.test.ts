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

it('execution.PurgeExecutions deletes ended ones with logs, metrics and files', async () => {
  const metrics = '{id: m, type: io.kestra.plugin.core.metric.Publish, metrics: [{type: counter, name: n, value: 1}]}';
  const write = '{id: w, type: io.kestra.plugin.core.storage.Write, content: x}';
  const old = await harness.run(
    `tasks: [${metrics}, ${write}, {id: l, type: io.kestra.plugin.core.log.Log, message: x}]`,
  );
  const failed = await harness.run('tasks: [{id: a, type: io.kestra.plugin.core.execution.Fail}]');
  const uri = String(outputsOf(old, 'w').uri);
  expect(await harness.workspace.storage.exists(uri)).toBe(true);
  const purge = (more: string) => `id: purging
namespace: other
tasks:
  - {id: p, type: io.kestra.plugin.core.execution.PurgeExecutions, endDate: "{{ now() }}"${more}}`;
  const none = await harness.run(purge(', namespace: a, flowId: f'));
  expect(outputsOf(none, 'p').executionsCount).toBe(0);
  const files = ', namespace: a, states: [SUCCESS], purgeExecution: false, purgeLog: false, purgeMetric: false';
  expect(outputsOf(await harness.run(purge(files)), 'p')).toMatchObject({ executionsCount: 0, storagesCount: 1 });
  expect(await harness.workspace.storage.exists(uri)).toBe(false);
  const some = await harness.run(purge(', namespace: a, states: [SUCCESS]'));
  expect(outputsOf(some, 'p')).toEqual({ executionsCount: 1, logsCount: 1, metricsCount: 1, storagesCount: 0 });
  const left = (await harness.workspace.store.list()).map(({ id }) => id);
  expect(left).toEqual([some.id, left[1], none.id, failed.id]);
});

it('execution.PurgeExecutions says what it cannot do', async () => {
  const task = '{id: p, type: io.kestra.plugin.core.execution.PurgeExecutions, endDate: x, purgeExecution: false}';
  await expect(harness.run(`tasks: [${task}]`)).rejects.toMatchObject({
    text: expect.stringContaining('cannot be deleted without their execution'),
  });
});

it('log.PurgeLogs deletes entries of ended executions by flow, level and time', async () => {
  const say = (level: string) => `{id: ${level}, type: io.kestra.plugin.core.log.Log, message: x, level: ${level}}`;
  const said = (id: string, namespace: string) =>
    harness.run(`id: ${id}\nnamespace: ${namespace}\ntasks: [${say('INFO')}, ${say('WARN')}]`);
  const documents = [
    await said('one', 'x.y'),
    await said('two', 'x.y'),
    await said('one', 'x.y.z'),
    await said('one', 'x.yz'),
  ];
  const purge = async (more: string, endDate = '{{ now() }}') => {
    const type = 'io.kestra.plugin.core.log.PurgeLogs';
    const ended = await harness.run(`tasks: [{id: p, type: ${type}, endDate: "${endDate}"${more}}]`);
    expect(ended.state.current).toBe('SUCCESS');
    const left = await Promise.all(documents.map(async ({ id }) => (await harness.document(id)).logs.length));
    return [outputsOf(ended, 'p').count, ...left];
  };
  expect(await purge(', namespace: x.y', '2020-01-01T00:00:00Z')).toEqual([0, 2, 2, 2, 2]);
  expect(await purge(', namespace: x.y, startDate: "2100-01-01T00:00:00Z"')).toEqual([0, 2, 2, 2, 2]);
  expect(await purge(', namespace: x.y, flowId: one, logLevels: [WARN]')).toEqual([1, 1, 2, 2, 2]);
  expect(await purge(`, executionId: ${documents[1]?.id}, logLevels: [INFO]`)).toEqual([1, 1, 1, 2, 2]);
  expect(await purge(', namespace: x.y')).toEqual([4, 0, 0, 0, 2]);
  expect(await purge('')).toEqual([2, 0, 0, 0, 0]);
});
