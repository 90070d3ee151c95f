/** What Kestra 1.0.20 was seen to do with flows like these, beyond the recorded ones. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FlowHarness, outputsOf, saidBy } from './flow-harness.ts';

let harness: FlowHarness;
beforeEach(() => {
  harness = new FlowHarness();
});
afterEach(() => harness.close());

const shown = (id: string, format: string, indent = '  ') =>
  `${indent}- {id: ${id}, type: io.kestra.plugin.core.debug.Return, format: "${format}"}\n`;
const within = '            ';

describe('A name that an expression gives', () => {
  it.each([
    ['kv.Get', 'key: k, namespace: "{{ \'a..b\' }}"', 'empty part'],
    ['namespace.DeleteFiles', 'files: ["*"], namespace: "{{ \'../../x\' }}"', 'refused'],
    ['storage.Size', 'uri: "kestra:///{{ \'../x\' }}"', 'refused'],
  ])('and that leads nowhere fails %s in words', async (type, properties, words) => {
    const ended = await harness.run(`\ntasks:\n  - {id: t, type: io.kestra.plugin.core.${type}, ${properties}}\n`);
    expect([ended.state.current, saidBy(ended, 't').join()]).toEqual(['FAILED', expect.stringContaining(words)]);
    expect(harness.faults).toEqual([]);
  });
});

describe('A task in a WorkingDirectory in a ForEach', () => {
  it('has the value of the directory, and its parents', async () => {
    const document = await harness.run(`
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: [x]
    tasks:
      - id: dir
        type: io.kestra.plugin.core.flow.WorkingDirectory
        tasks:
${shown('r', '{{ taskrun.value }} {{ workerTaskrun.value }} {{ workerTaskrun.iteration }} {{ parents | length }}', within)}`);
    expect(outputsOf(document, 'r').value).toBe('x x 0 0');
  });
});

describe('A LoopUntil', () => {
  it('shows its tasks the number of the iteration', async () => {
    const document = await harness.run(`
tasks:
  - id: loop
    type: io.kestra.plugin.core.flow.LoopUntil
    condition: "{{ outputs.r.value == '2' }}"
    checkFrequency: {interval: PT0.01S}
    tasks:
${shown('r', '{{ outputs.loop.iterationCount }}', within)}`);
    expect(outputsOf(document, 'loop')).toEqual({ iterationCount: 2 });
    expect(document.state.histories.map(({ state }) => state).join()).toBe('CREATED,RUNNING,PAUSED,RUNNING,SUCCESS');
  });
});

describe('A duration', () => {
  it.each(['"{{ inputs.d }}"', '"{{ 0.02 }}"', '0.02', '"PT0.02S"'])('of %s is one', async duration => {
    const document = await harness.run(`
inputs: [{id: d, type: DURATION, defaults: PT0.02S}]
tasks:
  - {id: s, type: io.kestra.plugin.core.flow.Sleep, duration: ${duration}}`);
    expect(document.state.current).toBe('SUCCESS');
    expect(saidBy(document, 's')).toEqual(['INFO Waiting for PT0.02S']);
  });
});

describe('A Subflow', () => {
  const child = (rest: string) => `
---
id: child
namespace: test
${rest}`;

  it('hands over what expressions give as text, also within maps and lists', async () => {
    const document = await harness.run(`
tasks:
  - id: s
    type: io.kestra.plugin.core.flow.Subflow
    namespace: test
    flowId: child
    inputs: {m: {x: "{{ 5 }}", y: [1, "{{ true }}"]}, l: "{{ [1, '2'] }}"}${child(`
inputs: [{id: m, type: JSON}, {id: l, type: JSON}]
tasks:
${shown('a', 'x')}outputs:
  - {id: o, type: JSON, value: "{{ inputs }}"}`)}`);
    expect(outputsOf(document, 's').outputs).toEqual({ o: { m: { x: '5', y: [1, 'true'] }, l: [1, '2'] } });
  });

  it.each([
    ['{v: "{{ outputs.a.value }}"}', '', 'SUCCESS', { v: 'A' }],
    ['{v: "{{ outputs.a.value }}"}', 'outputs: [{id: o, type: STRING, value: own}]', 'SUCCESS', { o: 'own' }],
    ['{v: "{{ outputs.nope.value }}"}', '', 'FAILED', undefined],
  ])('takes outputs by the older property %s where there are none: %s', async (wanted, declared, state, outputs) => {
    const document = await harness.run(`
tasks:
  - {id: s, type: io.kestra.plugin.core.flow.Subflow, namespace: test, flowId: child, outputs: ${wanted}}${child(`
tasks:
${shown('a', 'A')}${declared}`)}`);
    expect(document.taskRunList[0]?.state.current).toBe(state);
    expect(outputsOf(document, 's').outputs).toEqual(outputs);
  });
});

describe('The default of an input', () => {
  it('sees the variables and labels of the flow, and the execution', async () => {
    const document = await harness.run(`
variables: {v: hello}
labels: {l: label}
inputs: [{id: a, type: STRING, defaults: "{{ vars.v }} {{ labels.l }} {{ execution.state }}"}]
tasks:
${shown('r', '{{ inputs.a }}')}`);
    expect(outputsOf(document, 'r').value).toBe('hello label CREATED');
  });

  it('does not see an input that it does not depend on', async () => {
    const flow = `
inputs: [{id: a, type: STRING}, {id: b, type: STRING, defaults: "{{ inputs.a }}"}]
tasks:
${shown('r', '{{ inputs.b }}')}`;
    await expect(harness.start(flow, { a: 'x' })).rejects.toThrow('Unable to find `a`');
  });

  it('is there where its condition has left the input out', async () => {
    const document = await harness.run(`
inputs: [{id: a, type: STRING, defaults: x}, {id: b, type: STRING, defaults: q, dependsOn: {inputs: [a], condition: "{{ false }}"}}]
tasks:
${shown('r', '{{ inputs.b }}')}`);
    expect(outputsOf(document, 'r').value).toBe('q');
  });
});

describe('A property that takes text', () => {
  it('takes a list or a map as JSON, in Return', async () => {
    const document = await harness.run(`
tasks:
  - {id: l, type: io.kestra.plugin.core.debug.Return, format: [1, 2]}
  - {id: m, type: io.kestra.plugin.core.debug.Return, format: {a: 1}}`);
    expect(['l', 'm'].map(id => outputsOf(document, id).value)).toEqual(['[1,2]', '{"a":1}']);
  });

  it('makes text of a value that kv.Set stores', async () => {
    const document = await harness.run(`
tasks:
  - {id: s, type: io.kestra.plugin.core.kv.Set, key: k, value: true}
${shown('r', "{{ kv('k') | className }}")}`);
    expect(outputsOf(document, 'r').value).toBe('java.lang.String');
  });
});

describe('The outputs of a flow', () => {
  it('are rendered while the execution is still RUNNING', async () => {
    const document = await harness.run(`
tasks:
${shown('a', 'x')}outputs:
  - {id: o, type: STRING, value: "{{ execution.state }}"}`);
    expect(document.outputs).toEqual({ o: 'RUNNING' });
  });

  it('are empty texts where an expression gives nothing', async () => {
    const document = await harness.run(`
tasks:
${shown('a', 'x')}outputs:
  - {id: o, type: STRING, value: "{{ null }}"}`);
    expect(document.outputs).toEqual({ o: '' });
  });
});

describe('Variables', () => {
  it('that are set are merged: maps at every depth, lists by joining them', async () => {
    const document = await harness.run(`
variables: {m: {a: 1, b: 2}, l: [1, 2], s: x}
tasks:
  - {id: v, type: io.kestra.plugin.core.execution.SetVariables, variables: {m: {a: 5, c: 6}, l: [3], s: y}}
${shown('r', '{{ vars.m }} {{ vars.l }} {{ vars.s }}')}`);
    expect(outputsOf(document, 'r').value).toBe('{"a":5,"b":2,"c":6} [1,2,3] y');
  });

  it('that are unset may be inside of others', async () => {
    const document = await harness.run(`
variables: {m: {x: 1, y: {z: 2, w: 3}}, a: 1}
tasks:
  - {id: v, type: io.kestra.plugin.core.execution.UnsetVariables, variables: [m.x, m.y.z, a, nope.q]}
${shown('r', '{{ vars }}')}`);
    expect(outputsOf(document, 'r').value).toBe('{"m":{"y":{"w":3}}}');
  });
});

it('A failure of Labels is one in spite of allowFailure', async () => {
  const document = await harness.run(`
tasks:
  - {id: l, type: io.kestra.plugin.core.execution.Labels, labels: {a: "{{ nope }}"}, allowFailure: true}
${shown('r', 'x')}`);
  expect(document.taskRunList.map(({ taskId, state }) => `${taskId} ${state.current}`)).toEqual(['l FAILED']);
});

it('An output of another type fails the execution in spite of required: false, one that cannot be rendered does not', async () => {
  const outputs = (value: string) => `
outputs: [{id: o, type: INT, required: false, value: "${value}"}]
tasks:
${shown('r', 'x')}`;
  expect((await harness.run(outputs('{{ nope }}'))).state.current).toBe('SUCCESS');
  expect((await harness.run(outputs('x'))).state.current).toBe('FAILED');
});

it('The execution of a Subflow task knows the task', async () => {
  const driver = await harness.start(`
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: [v]
    tasks: [{id: s, type: io.kestra.plugin.core.flow.Subflow, namespace: a.b, flowId: child}]
---
id: child
namespace: a.b
tasks:
${shown('r', '{{ trigger.taskId }} {{ trigger.taskRunValue }} {{ trigger.taskRunIteration }} {{ trigger.flowId }}')}`);
  await driver.ended;
  const child = (await harness.workspace.store.list()).find(({ parentExecutionId }) => parentExecutionId !== undefined);
  expect(outputsOf(await harness.document(child?.id ?? ''), 'r').value).toBe('s v 0 f');
});

it('A file that a subflow gives as an output can be read where it was started', async () => {
  const document = await harness.run(`
tasks:
  - {id: call, type: io.kestra.plugin.core.flow.Subflow, namespace: c.d, flowId: child}
${shown('content', '{{ read(outputs.call.outputs.file) }}')}
---
id: child
namespace: c.d
tasks: [{id: w, type: io.kestra.plugin.core.storage.Write, content: from the child}]
outputs: [{id: file, type: FILE, value: "{{ outputs.w.uri }}"}]`);
  expect(outputsOf(document, 'content').value).toBe('from the child');
});

it('A subflow that an Exit ends gives its outputs to the task that started it, and has none itself', async () => {
  const driver = await harness.start(`
tasks:
  - {id: s, type: io.kestra.plugin.core.flow.Subflow, namespace: a.b, flowId: child}
---
id: child
namespace: a.b
tasks: [{id: x, type: io.kestra.plugin.core.execution.Exit}]
outputs: [{id: o, type: STRING, value: "{{ flow.id }}"}]`);
  const { id } = await driver.ended;
  expect(outputsOf(await harness.document(id), 's').outputs).toEqual({ o: 'child' });
  const child = (await harness.workspace.store.list()).find(({ parentExecutionId }) => parentExecutionId === id);
  expect((await harness.document(child?.id ?? '')).outputs).toBeUndefined();
});
