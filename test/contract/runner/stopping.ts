/** Ending a run from our side, in every phase. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Run } from '../../../src/runners/runner.ts';
import { collectLines, never } from './harness.ts';
import type { Bench } from './index.ts';

async function firstLine(run: Run): Promise<void> {
  for await (const batch of run.logs()) if (batch.lines.length > 0) return;
}

export function stopping(bench: Bench): void {
  describe('stop', () => {
    test('a program gets SIGTERM and its time to end well', async () => {
      const script = "trap 'echo bye > bye.txt; exit 0' TERM; echo ready; while :; do sleep 0.1; done";
      const trial = await bench.trial({ script, wanted: ['bye.txt'] });
      const run = await trial.started();
      await firstLine(run);
      const began = Date.now();
      await run.stop({ graceMs: 20_000 });
      expect(Date.now() - began).toBeLessThan(15_000);
      expect(await run.outcome(never)).toMatchObject({ kind: 'stopped' });
      await run.fetch(never);
      await run.dispose();
      expect(await readFile(join(trial.spec.workDir, 'bye.txt'), 'utf8')).toBe('bye\n');
    });

    test('a program that ignores SIGTERM is killed after its grace', async () => {
      const run = await (
        await bench.trial({ script: "trap '' TERM; echo ready; while :; do sleep 0.1; done" })
      ).started();
      await firstLine(run);
      const began = Date.now();
      await run.stop({ graceMs: 500 });
      const took = Date.now() - began;
      expect(took).toBeGreaterThanOrEqual(480);
      expect(took).toBeLessThan(10_000);
      expect(await run.outcome(never)).toMatchObject({ kind: 'stopped' });
      await run.dispose();
    });

    test('no grace is SIGKILL at once; the log is there up to then and ends', async () => {
      const run = await (await bench.trial({ script: "trap '' TERM; echo ready; sleep 60; echo never" })).started();
      const lines = collectLines(run);
      await firstLine(run);
      const began = Date.now();
      await run.stop({ graceMs: 0 });
      expect(Date.now() - began).toBeLessThan(50_000);
      expect((await lines).map(line => line.text)).toEqual(['ready']);
      expect(await run.outcome(never)).toMatchObject({ kind: 'stopped' });
      await run.dispose();
    });

    test('a second stop without grace ends the first one', async () => {
      const run = await (
        await bench.trial({ script: "trap '' TERM; echo ready; while :; do sleep 0.1; done" })
      ).started();
      await firstLine(run);
      const began = Date.now();
      const patient = run.stop({ graceMs: 60_000 });
      await run.stop({ graceMs: 0 });
      await patient;
      expect(Date.now() - began).toBeLessThan(50_000);
      await run.dispose();
    });

    test('what was prepared and is stopped never runs', async () => {
      const trial = await bench.trial({ script: 'echo ran > "$OUTPUT_DIR/ran"' });
      const run = await trial.open(await trial.prepare());
      await run.stop({ graceMs: 0 });
      await run.start();
      expect(await run.outcome(never)).toMatchObject({ kind: 'stopped' });
      expect(await collectLines(run)).toEqual([]);
      await run.fetch(never);
      await run.dispose();
      await expect(readFile(join(trial.spec.outputDir, 'ran'))).rejects.toThrow('ENOENT');
    });

    test('stop while the start is under way', async () => {
      const trial = await bench.trial({ script: 'sleep 60' });
      const run = await trial.open(await trial.prepare());
      const starting = run.start();
      await run.stop({ graceMs: 0 });
      await starting;
      expect(await run.outcome(never)).toMatchObject({ kind: 'stopped' });
      await run.dispose();
    });

    test('stop after the end changes nothing', async () => {
      const run = await (await bench.trial({ script: 'exit 5' })).started();
      await run.outcome(never);
      await run.stop({ graceMs: 1000 });
      await run.stop({ graceMs: 0 });
      expect(await run.outcome(never)).toMatchObject({ kind: 'exited', exitCode: 5 });
      await run.dispose();
      await run.stop({ graceMs: 0 });
    });

    test('an adopted run is stopped like our own', async () => {
      const trial = await bench.trial({ script: 'echo ready; sleep 60' });
      const handle = await trial.prepare();
      const first = await trial.open(handle);
      await first.start();
      await firstLine(first);
      const second = await trial.open(handle, bench.under().afterRestart());
      await second.stop({ graceMs: 0 });
      expect(await second.outcome(never)).toMatchObject({ kind: 'stopped' });
      await second.dispose();
    });
  });
}
