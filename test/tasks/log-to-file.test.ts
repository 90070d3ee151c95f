import { afterEach, beforeEach, expect, it } from 'vitest';
import { FlowHarness, saidBy } from './flow-harness.ts';

let harness: FlowHarness;
beforeEach(() => {
  harness = new FlowHarness();
});
afterEach(() => harness.close());

it('logToFile keeps the log of each attempt in a file, and not among the entries', async () => {
  const ended = await harness.run(`
tasks:
  - id: filed
    type: io.kestra.plugin.scripts.shell.Commands
    taskRunner: {type: io.kestra.plugin.core.runner.Process}
    logToFile: true
    retry: {type: constant, interval: PT0.01S, maxAttempts: 2}
    commands:
      - echo "try {{ taskrun.attemptsCount }}"
      - test {{ taskrun.attemptsCount }} = 1
  - id: shown
    type: io.kestra.plugin.core.log.Log
    message: as ever
`);
  expect([ended.state.current, saidBy(ended, 'filed'), saidBy(ended, 'shown')]).toEqual([
    'SUCCESS',
    [],
    ['INFO as ever'],
  ]);
  const attempts = ended.taskRunList.find(({ taskId }) => taskId === 'filed')?.attempts as { logFile: string }[];
  const texts = await Promise.all(attempts.map(({ logFile }) => harness.workspace.storage.getText(logFile)));
  expect(attempts[0]?.logFile).toMatch(/^kestra:\/\/\/a\/b\/f\/executions\/\w+\/tasks\/filed\/\w+\/\w+-0\.log$/);
  expect(texts[0]?.split('\n').filter(line => !line.includes(' DEBUG '))).toEqual([
    expect.stringMatching(/^\S+Z INFO {2}try 0$/),
    expect.stringMatching(/^\S+Z ERROR Command failed with exit code 1$/),
    '',
  ]);
  expect(texts[1]).toMatch(/^\S+Z INFO {2}try 1$/m);
  expect(texts[1]).not.toContain('try 0');
});
