import { afterEach, beforeEach, expect, it } from 'vitest';
import { FlowHarness, outputsOf, saidBy } from './flow-harness.ts';

let harness: FlowHarness;
beforeEach(() => {
  harness = new FlowHarness();
});
afterEach(() => harness.close());

const flow = (ttl: string) => `
inputs: [{id: n, type: INT}]
tasks:
  - id: sh
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner: {type: io.kestra.plugin.core.runner.Process}
    taskCache: {enabled: true${ttl}}
    commands:
      - echo "n {{ inputs.n }} $$" > "{{ workingDir }}/out.txt"
      - 'echo "::{\\"outputs\\":{\\"pid\\":$$}}::"'
    outputFiles: [out.txt]
  - {id: read, type: io.kestra.plugin.core.debug.Return, format: "{{ read(outputs.sh.outputFiles['out.txt']) }}"}`;

const pid = (document: Parameters<typeof outputsOf>[0]) => (outputsOf(document, 'sh').vars as { pid: number }).pid;

it('taskCache gives the same outputs and files again, while the definition renders to the same', async () => {
  const first = await harness.run(flow(''), { n: '1' });
  const again = await harness.run(flow(''), { n: '1' });
  expect(pid(again)).toBe(pid(first));
  expect(outputsOf(again, 'read')).toEqual(outputsOf(first, 'read'));
  expect(outputsOf(again, 'sh').outputFiles).not.toEqual(outputsOf(first, 'sh').outputFiles);
  expect(saidBy(again, 'sh')).toEqual([
    "INFO Skipping task execution for task 'sh' as there is an existing cache entry for it",
  ]);
  expect(pid(await harness.run(flow(''), { n: '2' }))).not.toBe(pid(first));
});

it('taskCache forgets after its ttl', async () => {
  const first = await harness.run(flow(', ttl: PT0.001S'), { n: '1' });
  expect(pid(await harness.run(flow(', ttl: PT0.001S'), { n: '1' }))).not.toBe(pid(first));
});

it('taskCache keeps the iterations of a ForEach apart', async () => {
  const { taskRunList } = await harness.run(`
tasks:
  - id: each
    type: io.kestra.plugin.core.flow.ForEach
    values: [1, 2]
    tasks:
      - id: sh
        type: io.kestra.plugin.scripts.shell.Commands
        taskRunner: {type: io.kestra.plugin.core.runner.Process}
        taskCache: {enabled: true}
        commands: ['echo "::{\\"outputs\\":{\\"pid\\":$$}}::"']`);
  const pids = taskRunList.flatMap(({ outputs }) => (outputs?.vars as { pid: number } | undefined)?.pid ?? []);
  expect(new Set(pids).size).toBe(2);
});
