/** A log entry as people see it. */
import { expect, test } from 'vitest';
import { logLine } from '../../src/cli/terminal/log-line.ts';
import { RunValues } from '../../src/cli/terminal/run-values.ts';
import { palette } from '../../src/cli/terminal/style.ts';
import type { LogEntry } from '../../src/model/execution.ts';
import { exampleTaskRun } from '../contract/store/examples.ts';

const entry = (message: string): LogEntry => ({
  timestamp: '2026-05-06T07:08:09.123456Z',
  level: 'INFO',
  message,
  taskId: 'leaf',
});

test('names the values of the ForEach tasks around it, the outermost first', () => {
  const inner = exampleTaskRun('e', { id: 'inner', value: 'a\nb' });
  const group = exampleTaskRun('e', { id: 'group', parentTaskRunId: 'inner' });
  const leaf = exampleTaskRun('e', { id: 'leaf', value: '1', parentTaskRunId: 'group' });
  const values = new RunValues([inner, group, leaf]);
  expect(logLine(entry('hi'), palette(false), false, values.of('leaf'))).toBe(
    '07:08:09.123 INFO  leaf[a ⏎ b][1]  hi\n',
  );
});

test('ends with its text: a text of several lines of YAML ends in a line break', () => {
  expect(logLine(entry('one\ntwo\n'), palette(false), false)).toBe(
    `07:08:09.123 INFO  leaf  one\n${' '.repeat(21)}two\n`,
  );
});
