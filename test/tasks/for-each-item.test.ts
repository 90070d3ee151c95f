import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalFile } from '../../src/flow/index.ts';
import { type Document, FlowHarness, outputsOf, saidBy } from './flow-harness.ts';

let harness: FlowHarness;
beforeEach(() => {
  harness = new FlowHarness();
});
afterEach(() => harness.close());

const child = `
---
id: child
namespace: a.b
inputs:
  - {id: data, type: FILE}
  - {id: n, type: INT}
tasks:
  - {id: r, type: io.kestra.plugin.core.debug.Return, format: "{{ read(inputs.data) }}"}
  - {id: x, type: io.kestra.plugin.core.execution.Fail, condition: "{{ read(inputs.data) contains 'bad' }}"}
outputs:
  - {id: got, type: STRING, value: "{{ inputs.n }}:{{ outputs.r.value | trim }}"}
`;
const parent = (more = '', batch = '{rows: 2}') => `id: f
namespace: a.b
inputs:
  - {id: file, type: FILE}
tasks:
  - id: fei
    type: io.kestra.plugin.core.flow.ForEachItem
    items: "{{ inputs.file }}"
    batch: ${batch}
    namespace: a.b
    flowId: child
    inputs: {data: "{{ taskrun.items }}", n: "{{ taskrun.iteration }}"}${more}
  - id: after
    type: io.kestra.plugin.core.debug.Return
    format: "{{ outputs.fei_merge.subflowOutputs ?? 'none' }}"${child}`;

function run(lines: readonly string[], yaml: string): Promise<Document> {
  const path = join(harness.base, 'items.txt');
  writeFileSync(path, lines.map(line => `${line}\n`).join(''));
  return harness.run(yaml, { file: new LocalFile(path, path) });
}

const states = ({ taskRunList }: Document) => taskRunList.map(({ taskId, state }) => `${taskId} ${state.current}`);

describe('ForEachItem', () => {
  it('runs the flow for each batch and joins the outputs in order', async () => {
    const document = await run(['a', 'b', 'c', 'd', 'e'], parent());
    expect(states(document)).toEqual([
      'fei SUCCESS',
      'fei_split SUCCESS',
      'fei_items SUCCESS',
      'fei_merge SUCCESS',
      'after SUCCESS',
    ]);
    const { subflowOutputsBaseUri, ...items } = outputsOf(document, 'fei_items');
    expect(items).toEqual({ iterations: { CREATED: 0, RUNNING: 0, SUCCESS: 3 }, numberOfBatches: 3 });
    expect(subflowOutputsBaseUri).toMatch(/^\/a\/b\/f\/executions\//);
    const merged = await harness.workspace.storage.getText(String(outputsOf(document, 'after').value));
    expect(merged.trim().split('\n')).toEqual(['{got:"1:a\\nb"}', '{got:"2:c\\nd"}', '{got:"3:e"}']);
    const children = await harness.workspace.store.list();
    expect(children.filter(each => each.parentExecutionId === document.id)).toHaveLength(3);
  });

  it('fails with a batch, unless failures are not transmitted', async () => {
    const failed = await run(['good', 'bad'], parent('', '{rows: 1}'));
    expect(failed.state.current).toBe('FAILED');
    expect(states(failed)).toEqual(['fei FAILED', 'fei_split SUCCESS', 'fei_items FAILED']);
    expect(outputsOf(failed, 'fei_items').iterations).toEqual({ CREATED: 0, RUNNING: 0, SUCCESS: 1, FAILED: 1 });
    expect(saidBy(failed, 'fei_items')).toEqual(['ERROR 1 of 2 executions failed.']);
    const forgiven = await run(['good', 'bad'], parent('\n    transmitFailed: false', '{rows: 1}'));
    expect(forgiven.state.current).toBe('SUCCESS');
  });

  it('tries only the failed batches again when it is restarted', async () => {
    const failed = await run(['good', 'bad'], parent('', '{rows: 1}'));
    const driver = await harness.session.restart(failed.id);
    await driver?.ended;
    const document = await harness.document(failed.id);
    expect(document.state.current).toBe('FAILED');
    const children = await harness.workspace.store.list();
    expect(children.filter(each => each.parentExecutionId === failed.id)).toHaveLength(2);
    const ofBad = children.find(each => each.parentExecutionId === failed.id && each.state === 'FAILED');
    const again = await harness.document(ofBad?.id ?? '');
    expect(again.state.histories.map(({ state }) => state)).toContain('RESTARTED');
  });

  it('has nothing to do for an empty file', async () => {
    const document = await run([], parent());
    expect(document.state.current).toBe('SUCCESS');
    expect(outputsOf(document, 'fei_items')).toMatchObject({ iterations: {}, numberOfBatches: 0 });
    expect(outputsOf(document, 'after').value).toBe('none');
  });

  it('does not wait where it need not', async () => {
    const document = await run(['a', 'bad'], parent('\n    wait: false', '{rows: 1}'));
    expect(document.state.current).toBe('SUCCESS');
    const children = (await harness.workspace.store.list()).filter(each => each.parentExecutionId === document.id);
    expect(children.map(({ state }) => state).sort()).toEqual(['FAILED', 'SUCCESS']);
  });

  it('says why a batch cannot start', async () => {
    const document = await run(['a'], parent().replace('flowId: child', 'flowId: nothing'));
    expect(document.state.current).toBe('FAILED');
    expect(saidBy(document, 'fei_items')[0]).toContain("'a.b'.'nothing'");
  });

  it('divides 1,000 items inside a ForEach', async () => {
    const yaml = `id: f
namespace: a.b
inputs:
  - {id: file, type: FILE}
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: [p, q]
    tasks:
      - id: fei
        type: io.kestra.plugin.core.flow.ForEachItem
        items: "{{ inputs.file }}"
        batch: {partitions: 4}
        namespace: a.b
        flowId: child
        inputs: {data: "{{ taskrun.items }}", n: "{{ taskrun.iteration }}"}${child}`;
    const document = await run(
      Array.from({ length: 1000 }, (_, i) => `line ${i}`),
      yaml,
    );
    expect(document.state.current).toBe('SUCCESS');
    const items = document.taskRunList.filter(({ taskId }) => taskId === 'fei_items');
    expect(items.map(({ outputs }) => outputs?.numberOfBatches)).toEqual([4, 4]);
  });
});
