/** Another process of ours goes on with a run from its stored handle and log cursor. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { LogCursor, LogLine } from '../../../src/runners/runner.ts';
import { collectLines, never, readUntil, textsOf } from './harness.ts';
import type { Bench } from './index.ts';

export function resuming(bench: Bench): void {
  /** Reads a program's log with a new runner after each `step` lines. */
  async function readInPieces(script: string, step: number): Promise<LogLine[]> {
    const trial = await bench.trial({ script });
    const handle = await trial.prepare();
    await (await trial.open(handle)).start();
    const all: LogLine[] = [];
    let cursor: LogCursor | undefined;
    for (;;) {
      const run = await trial.open(handle, bench.under().afterRestart());
      const read = await readUntil(run, cursor, lines => lines.length >= step);
      all.push(...read.lines);
      cursor = read.cursor;
      if (!read.complete) continue;
      expect(await run.outcome(never)).toMatchObject({ kind: 'exited', exitCode: 0 });
      await run.dispose();
      return all;
    }
  }

  describe('resume', () => {
    test('in the middle: no line is lost or doubled', async () => {
      const lines = await readInPieces('i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo line $i; sleep 0.05; done', 5);
      expect(lines.map(line => line.text)).toEqual(Array.from({ length: 40 }, (_, index) => `line ${index + 1}`));
    });

    test('the same line a thousand times, in bursts, is a thousand lines', async () => {
      const script = 'for i in 1 2 3 4 5 6 7 8 9 10; do yes same | head -n 100; sleep 0.05; done';
      const lines = await readInPieces(script, 37);
      expect(lines).toHaveLength(1000);
      expect(lines.every(line => line.text === 'same')).toBe(true);
    });

    test('a line that grows slowly is one line', async () => {
      const script = 'echo a; for i in 1 2 3 4 5; do printf "%s," $i; sleep 0.2; done; echo end; echo b';
      expect((await readInPieces(script, 1)).map(line => line.text)).toEqual(['a', '1,2,3,4,5,end', 'b']);
    });

    test('a progress bar of carriage returns and long lines: each state once', async () => {
      const script =
        'for i in 1 2 3 4 5 6; do printf "%s" $i; head -c 9000 /dev/zero | tr "\\0" a; printf "\\r"; sleep 0.05; done; echo end';
      const lines = await readInPieces(script, 1);
      expect(lines.map(line => `${line.text[0]}${line.text.length}`)).toEqual([
        ...[1, 2, 3, 4, 5, 6].map(i => `${i}9001`),
        'e3',
      ]);
    });

    test('both streams, one quiet for long', async () => {
      const script = 'echo e1 >&2; i=0; while [ $i -lt 30 ]; do i=$((i+1)); echo o$i; sleep 0.03; done; echo e2 >&2';
      const lines = await readInPieces(script, 4);
      expect(lines).toHaveLength(32);
      if (!bench.under().runner.capabilities.separateStreams) return;
      expect(textsOf(lines, 'stderr')).toEqual(['e1', 'e2']);
      expect(textsOf(lines, 'stdout')).toEqual(Array.from({ length: 30 }, (_, index) => `o${index + 1}`));
    });

    test('after the end: the rest of the log, the outcome and the files are still there', async () => {
      const script = 'echo one; sleep 0.3; echo two; echo x > "$OUTPUT_DIR/o"; exit 4';
      const trial = await bench.trial({ script });
      const handle = await trial.prepare();
      const first = await trial.open(handle);
      await first.start();
      // An engine that tells late gives both lines at once.
      const { lines, cursor } = await readUntil(first, undefined, lines => lines.length >= 1);
      await first.outcome(never);
      const second = await trial.open(handle, bench.under().afterRestart());
      await second.start();
      expect([...lines, ...(await collectLines(second, cursor))].map(line => line.text)).toEqual(['one', 'two']);
      expect(await second.outcome(never)).toMatchObject({ kind: 'exited', exitCode: 4 });
      await second.fetch(never);
      await second.dispose();
      expect(await readFile(join(trial.spec.outputDir, 'o'), 'utf8')).toBe('x\n');
    });

    test('with a cursor at the end: nothing more', async () => {
      const trial = await bench.trial({ script: 'seq 1 100; printf tail' });
      const handle = await trial.prepare();
      const first = await trial.open(handle);
      await first.start();
      const { lines, cursor } = await readUntil(first, undefined, () => false);
      expect(lines).toHaveLength(101);
      const second = await trial.open(handle, bench.under().afterRestart());
      expect(await collectLines(second, cursor)).toEqual([]);
      await second.dispose();
    });

    test('between prepare and start', async () => {
      const trial = await bench.trial({ script: 'echo once' });
      const handle = await trial.prepare();
      await trial.open(handle);
      const second = await trial.open(handle, bench.under().afterRestart());
      await second.start();
      expect((await collectLines(second)).map(line => line.text)).toEqual(['once']);
      expect(await second.outcome(never)).toMatchObject({ kind: 'exited', exitCode: 0 });
      await second.dispose();
    });

    test('a start after the end does not run the program again', async () => {
      const trial = await bench.trial({ script: 'echo x >> "$OUTPUT_DIR/count"; exit 3' });
      const handle = await trial.prepare();
      const first = await trial.open(handle);
      await first.start();
      await first.outcome(never);
      await sleep(50);
      const second = await trial.open(handle, bench.under().afterRestart());
      await second.start();
      await first.start();
      expect(await second.outcome(never)).toMatchObject({ kind: 'exited', exitCode: 3 });
      await second.fetch(never);
      await second.dispose();
      expect(await readFile(join(trial.spec.outputDir, 'count'), 'utf8')).toBe('x\n');
    });
  });
}
