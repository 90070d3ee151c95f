/** What is said at the end of a run. */
import { expect, test } from 'vitest';
import { palette } from '../../src/cli/terminal/style.ts';
import { summaryText } from '../../src/cli/terminal/summary.ts';
import { initialState } from '../../src/model/states.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { exampleExecution, exampleTaskRun } from '../contract/store/examples.ts';

test('a terminal gets a hundred of very many tasks, and among them those that failed; a file gets all', () => {
  const runs = Array.from({ length: 1000 }, (_, index) =>
    exampleTaskRun('e', {
      taskId: 'task',
      value: String(index),
      state: initialState(index === 990 ? 'FAILED' : 'SUCCESS', new Date().toISOString()),
      outputs: { vars: { n: index } },
    }),
  );
  const said = (columns?: number) =>
    summaryText(exampleExecution(), runs, {} as Storage, palette(false), true, columns).split('\n');
  const onTerminal = said(80);
  expect(onTerminal.length).toBeLessThan(220);
  expect(onTerminal).toContainEqual(expect.stringMatching(/^task \[990\] +FAILED/));
  expect(onTerminal.filter(line => line === 'and 900 more')).toHaveLength(2);
  const inFile = said();
  expect(inFile.filter(line => /^task \[\d+\]/.test(line))).toHaveLength(1000);
  expect(inFile.filter(line => line.includes('].n = '))).toHaveLength(1000);
});

test('names of files and values cannot move the cursor of a terminal, nor add lines of their own', () => {
  const outputs = {
    vars: { 'k\u001b[2J': 'v\u0007\nw' },
    outputFiles: { 'red\u001b[31m\u001b]0;t\nFAILED': 'kestra:///x' },
  };
  const run = exampleTaskRun('e', { taskId: 'a', outputs });
  const said = summaryText(exampleExecution(), [run], {} as Storage, palette(false), false);
  expect(said).toContain('  a.k␛[2J = v␇ ⏎ w\n');
  expect(said).toContain('  a: red␛]0;t ⏎ FAILED\n');
});

test('outputs of a ForEach in a ForEach are told apart by both values', () => {
  const outer = exampleTaskRun('e', { id: 'outer', taskId: 'each', value: 'a' });
  const leaf = exampleTaskRun('e', {
    id: 'leaf',
    taskId: 'leaf',
    value: '1',
    parentTaskRunId: 'outer',
    outputs: { value: 'x', outputFiles: { f: 'kestra:///x' } },
  });
  const said = summaryText(exampleExecution(), [outer, leaf], {} as Storage, palette(false), false);
  expect(said).toContain('  leaf[a][1].value = x\n');
  expect(said).toContain('  leaf[a][1]: f\n');
});
