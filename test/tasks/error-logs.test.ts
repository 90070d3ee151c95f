import { afterEach, beforeEach, expect, it } from 'vitest';
import { FlowHarness, outputsOf } from './flow-harness.ts';

let harness: FlowHarness;
beforeEach(() => {
  harness = new FlowHarness();
});
afterEach(() => harness.close());

it('errorLogs() gives the entries of what failed, with where they belong', async () => {
  const document = await harness.run(`
tasks:
  - {id: fine, type: io.kestra.plugin.core.log.Log, message: nothing to see}
  - {id: bad, type: io.kestra.plugin.core.execution.Fail, errorMessage: it broke}
errors:
  - {id: all, type: io.kestra.plugin.core.debug.Return, format: "{{ errorLogs() | toJson }}"}
  - {id: first, type: io.kestra.plugin.core.debug.Return, format: "{{ (errorLogs() | first).message }}"}`);
  const logs = JSON.parse(String(outputsOf(document, 'all').value)) as Record<string, unknown>[];
  expect(logs).toEqual([
    {
      namespace: 'a.b',
      flowId: 'f',
      executionId: document.id,
      taskId: 'bad',
      taskRunId: expect.any(String),
      attemptNumber: 0,
      level: 'ERROR',
      message: 'it broke',
      timestamp: expect.any(String),
    },
  ]);
  expect(outputsOf(document, 'first').value).toBe('it broke');
});
