import { beforeAll, describe, expect, it } from 'vitest';
import { scriptCases } from '../contract/scripts/cases.ts';
import { type CaseResult, runMatrix } from '../contract/scripts/matrix.ts';
import { testImage } from '../docker/engine.ts';
import { processRunner } from '../tasks/task-harness.ts';

const dockerRunner = 'io.kestra.plugin.scripts.runner.docker.Docker';

describe('the same script tasks', () => {
  let local: Record<string, CaseResult>;
  let docker: Record<string, CaseResult>;
  beforeAll(async () => {
    [local, docker] = await Promise.all([
      runMatrix({ type: processRunner }),
      runMatrix({ type: dockerRunner, pullPolicy: 'NEVER', networkMode: 'none' }, testImage),
    ]);
  }, 120_000);

  it.each(scriptCases.map(({ id }) => id))('%s gives the same as a process and in a container', id => {
    expect(docker[id]).toEqual(local[id]);
  });

  it('gives what is written here as a process', () => {
    expect(local.hello).toEqual({
      state: 'SUCCESS',
      said: { INFO: ['hello'] },
      outputs: { exitCode: 0, vars: {} },
      files: {},
      metrics: [],
    });
    expect(local.exit_code).toMatchObject({ state: 'WARNING', outputs: { exitCode: 3 } });
    expect(local.killed).toMatchObject({ state: 'WARNING', outputs: { exitCode: 137 } });
    expect(local.both_streams?.said).toMatchObject({ INFO: ['1', '2', '3'], ERROR: ['a', 'b'] });
    expect(local.crlf_commands?.said).toEqual({ INFO: ['one', 'two'] });
    expect(local.invalid_utf8?.said).toEqual({ INFO: ['a��b'] });
    expect(local.many_lines?.said.INFO).toHaveLength(2000);
    expect(local.output_globs?.files).toEqual({ 'a.csv': '', 'd/b.csv': '', 'd/e/c.csv': '' });
    expect(local.output_link?.files).toEqual({ real: 'x\n' });
    expect(local.output_directory?.files).toEqual({ a: '1\n', 's/b': '2\n' });
    expect(local.output_large?.files).toEqual({ big: '3000000 characters' });
    expect(local.metrics?.metrics).toEqual([
      { name: 'rows', type: 'counter', value: 3, tags: { t: 'x' } },
      { name: 'took', type: 'timer', value: 1500, tags: {} },
      { name: 'level', type: 'gauge', value: 0.25, tags: {} },
    ]);
    expect(local.protocol_logs?.said).toEqual({ WARN: ['careful'], DEBUG: ['quiet'] });
    expect(local.many_variables?.said).toEqual({ INFO: ['2000'] });
    expect(local.long_script?.said).toEqual({ INFO: ['done'] });
  });
});
