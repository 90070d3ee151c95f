import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scriptCases } from '../contract/scripts/cases.ts';
import { type CaseResult, inOneStream, runMatrix } from '../contract/scripts/matrix.ts';
import { comparedRunners } from '../contract/scripts/runners.ts';
import { processRunner } from '../tasks/task-harness.ts';

describe('the same script tasks', () => {
  let local: Record<string, CaseResult>;
  beforeAll(async () => {
    local = await runMatrix({ taskRunner: { type: processRunner } }, scriptCases);
  }, 120_000);

  describe.each(comparedRunners)('with $name', async ({ capabilities, start }) => {
    const started = await start();
    if ('unavailable' in started) {
      it.skip(started.unavailable, () => {});
      return;
    }
    let results: Record<string, CaseResult>;
    beforeAll(async () => {
      results = await runMatrix(started, scriptCases);
    }, 240_000);
    afterAll(() => started.stop?.());

    it.each(scriptCases.map(({ id }) => id))('%s gives the same as a process', id => {
      const comparable = capabilities.separateStreams ? (result?: CaseResult) => result : inOneStream;
      expect(comparable(results[id])).toEqual(comparable(local[id]));
    });
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
    expect(local.output_link?.said.WARN).toEqual([
      expect.stringContaining('"leak" is left out: it is a link'),
      expect.stringContaining('"zero" is left out: it is a link'),
    ]);
    expect(local.output_hard_link?.files).toEqual({ a: 'x\n', b: 'x\n' });
    expect(local.output_pipe?.files).toEqual({ real: 'x\n' });
    expect(local.output_pipe?.said.WARN?.toSorted()).toEqual([
      expect.stringContaining('"h" is left out: it is a link'),
      expect.stringContaining('"p" is left out: it is a pipe'),
      expect.stringContaining('"q" is left out: it is a pipe'),
    ]);
    expect(local.output_link_named).toMatchObject({ files: {}, said: { WARN: [expect.stringContaining('"alias"')] } });
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
