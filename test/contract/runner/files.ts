/** Files of the working directory, in and out. */
import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { never } from './harness.ts';
import type { Bench } from './index.ts';

export function files(bench: Bench): void {
  describe('files', () => {
    test('the program starts in the working directory, whose path it is told', async () => {
      const trial = await bench.trial({
        script: 'pwd; echo "$WORKING_DIR"; [ -d "$OUTPUT_DIR" ] && ls -A "$OUTPUT_DIR"',
      });
      const { stdout } = await trial.live();
      const { workingDir } = bench.under().runner.paths(trial.spec);
      expect(stdout).toEqual([workingDir, workingDir]);
    });

    test('input files are there: nested, unicode, leading dash, empty, binary', async () => {
      const script = [
        'cat a/b/c.txt; cat "ü ñ/文 .txt"; cat -- -x; wc -c < empty; wc -c < binary; cat "new',
        'line"; ls -d folder/deep',
      ].join('\n');
      const trial = await bench.trial({
        script,
        files: {
          'a/b/c.txt': 'nested\n',
          'ü ñ/文 .txt': 'unicode\n',
          '-x': 'dash\n',
          empty: '',
          binary: new Uint8Array([0, 255, 10, 13, 0]),
          'new\nline': 'newline\n',
          'folder/deep/file': '',
        },
      });
      const { stdout, outcome } = await trial.live();
      expect(stdout.map(line => line.trim())).toEqual([
        'nested',
        'unicode',
        'dash',
        '0',
        '5',
        'newline',
        'folder/deep',
      ]);
      expect(outcome).toMatchObject({ exitCode: 0 });
    });

    test('wanted files come back, also after a failure; changed input files too', async () => {
      const script =
        'echo one > one.txt; mkdir -p d/e; echo two > "d/e/two ü.txt"; : > -dash; echo more >> in.txt; exit 2';
      const trial = await bench.trial({ script, files: { 'in.txt': 'in\n' }, wanted: ['**'] });
      const { outcome } = await trial.live();
      expect(outcome).toMatchObject({ kind: 'exited', exitCode: 2 });
      const read = (path: string) => readFile(join(trial.spec.workDir, path), 'utf8');
      expect(await read('one.txt')).toBe('one\n');
      expect(await read('d/e/two ü.txt')).toBe('two\n');
      expect(await read('-dash')).toBe('');
      expect(await read('in.txt')).toBe('in\nmore\n');
    });

    test.for([
      ['by its variable', 'mkdir "$OUTPUT_DIR/sub"; echo o > "$OUTPUT_DIR/o.txt"; echo s > "$OUTPUT_DIR/sub/s.txt"'],
      ['by its place', 'cd */ && mkdir sub && echo o > o.txt && echo s > sub/s.txt'],
      ['by a move', 'echo o > o; mkdir sub; echo s > sub/s.txt; mv o "$OUTPUT_DIR/o.txt"; mv sub "$OUTPUT_DIR"'],
    ])('the output directory always comes back: written %s', async ([, script = '']) => {
      const trial = await bench.trial({ script: `${script}; exit 1` });
      await trial.live();
      expect(await readFile(join(trial.spec.outputDir, 'o.txt'), 'utf8')).toBe('o\n');
      expect(await readFile(join(trial.spec.outputDir, 'sub/s.txt'), 'utf8')).toBe('s\n');
    });

    test('the output directory comes back beside input files', async () => {
      const trial = await bench.trial({ script: 'cp in.txt "$OUTPUT_DIR"', files: { 'in.txt': 'x' } });
      await trial.live();
      expect(await readFile(join(trial.spec.outputDir, 'in.txt'), 'utf8')).toBe('x');
    });

    test('a shared working directory comes back whole', async () => {
      const trial = await bench.trial({ script: 'echo x > left-for-the-next', shared: true });
      await trial.live();
      expect(await readFile(join(trial.spec.workDir, 'left-for-the-next'), 'utf8')).toBe('x\n');
    });

    test('a program that removes its output directory loses nothing else', async () => {
      const trial = await bench.trial({ script: 'rm -rf "$OUTPUT_DIR"; echo x > kept.txt', wanted: ['*.txt'] });
      const { outcome } = await trial.live();
      expect(outcome).toMatchObject({ exitCode: 0 });
      expect(await readFile(join(trial.spec.workDir, 'kept.txt'), 'utf8')).toBe('x\n');
    });

    test('an executable file stays executable', async () => {
      const trial = await bench.trial({
        script: 'printf "#!/bin/sh\\necho ran\\n" > made.sh; chmod 755 made.sh; ./made.sh',
        wanted: ['made.sh'],
      });
      const { stdout } = await trial.live();
      expect(stdout).toEqual(['ran']);
      await expect(access(join(trial.spec.workDir, 'made.sh'), 1)).resolves.toBeUndefined();
    });

    test('files come back after the run was stopped', async () => {
      const trial = await bench.trial({ script: 'echo x > "$OUTPUT_DIR/early.txt"; echo up; sleep 60' });
      const run = await trial.started();
      for await (const batch of run.logs()) if (batch.lines.length > 0) break;
      await run.stop({ graceMs: 0 });
      await run.fetch(never);
      await run.dispose();
      expect(await readFile(join(trial.spec.outputDir, 'early.txt'), 'utf8')).toBe('x\n');
    });
  });
}
