/** A restart of a parent goes on with the execution of its subflow that failed, as `restartBehavior` says. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FlowHarness, outputsOf } from './flow-harness.ts';

let harness: FlowHarness;
beforeEach(() => {
  harness = new FlowHarness();
});
afterEach(() => harness.close());

const flow = (more: string, marker: string) => `id: parent
namespace: a.b
tasks:
  - {id: s, type: io.kestra.plugin.core.flow.Subflow, namespace: a.b, flowId: child${more}}
---
id: child
namespace: a.b
tasks:
  - {id: first, type: io.kestra.plugin.core.debug.Return, format: "{{ taskrun.id }}"}
  - id: second
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner: {type: io.kestra.plugin.core.runner.Process}
    commands: ["test -e ${marker}"]
`;

it.each([
  ['', true],
  [', restartBehavior: NEW_EXECUTION', false],
])('subflow%s', async (more, same) => {
  const marker = join(harness.base, 'marker');
  const before = await harness.run(flow(more, marker));
  expect(before.state.current).toBe('FAILED');
  const childId = String(outputsOf(before, 's').executionId);
  const ran = outputsOf(await harness.document(childId), 'first').value;
  writeFileSync(marker, '');
  await (await harness.session.restart(before.id))?.ended;
  const after = await harness.document(before.id);
  expect(after.state.current).toBe('SUCCESS');
  expect(outputsOf(after, 's').executionId === childId).toBe(same);
  const child = await harness.document(String(outputsOf(after, 's').executionId));
  expect(child.state.current).toBe('SUCCESS');
  expect(outputsOf(child, 'first').value === ran).toBe(same);
});
