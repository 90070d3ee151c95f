import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ValueMap } from '../../src/model/value.ts';
import { processRunner, TaskHarness } from '../tasks/task-harness.ts';

let harness: TaskHarness;
beforeEach(() => {
  harness = new TaskHarness();
});
afterEach(() => harness.close());

const run = (limits: ValueMap, commands: readonly string[]) =>
  harness.run('io.kestra.plugin.scripts.shell.Commands', { taskRunner: { type: processRunner, limits }, commands });

describe('limits of a local program', () => {
  it('end it when its CPU time is over', async () => {
    const ended = await run({ cpuTime: 'PT1S' }, ['while :; do :; done']);
    expect(ended.failure).toBe('Command failed with exit code 152: the limit of CPU time was reached (SIGXCPU)');
  });

  it('keep it from taking more memory', async () => {
    const program = 'python3 -S -c "x = bytearray(300_000_000)"';
    expect((await run({ memory: '1GB' }, [program])).failure).toBeUndefined();
    const ended = await run({ memory: '200MB' }, [program]);
    expect([ended.failure, ended.said.at(-1)]).toEqual(['Command failed with exit code 1', 'ERROR MemoryError']);
  });

  it('end it when a file grows too large', async () => {
    const ended = await run({ fileSize: '1MB' }, ['exec cat /dev/zero > big']);
    expect(ended.failure).toBe('Command failed with exit code 153: a file reached the limit of its size (SIGXFSZ)');
  });

  it('hold for all that it starts, and are seen there', async () => {
    const ended = await run({ openFiles: 40, cpuTime: 'PT90S', memory: '2GB' }, [
      "sh -c 'ulimit -n; ulimit -t; ulimit -v'",
    ]);
    expect(ended.said).toEqual(['INFO 40', 'INFO 90', 'INFO 2097152']);
  });

  it.each([
    [{ cpuTime: 'soon' }, 'taskRunner.limits.cpuTime: must be a duration such as PT30S, not "soon"'],
    [{ cpuTime: 'PT0S' }, 'taskRunner.limits.cpuTime: must be a duration'],
    [{ memory: 'much' }, "taskRunner.limits.memory: Invalid size with value 'much'"],
    [{ openFiles: 'x' }, 'taskRunner.limits.openFiles: must be a number'],
  ])('are refused before the start: %j', async (limits, words) => {
    const refusal = run(limits, ['echo never']);
    await expect(refusal).rejects.toThrow(words);
  });
});
