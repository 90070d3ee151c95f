/** Calls that come twice, early, late or for nothing; and finding what exists. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Handle, isLost } from '../../../src/runners/runner.ts';
import { collectLines, never } from './harness.ts';
import type { Bench } from './index.ts';

export function lifeCycle(bench: Bench): void {
  async function listed(): Promise<string[]> {
    const { runner, config } = bench.under();
    const ids: string[] = [];
    for await (const handle of runner.list(bench.owner, config, never)) ids.push(handle.runId);
    return ids.sort();
  }

  describe('life', () => {
    test('the runner says that it is usable', async () => {
      const { runner, config } = bench.under();
      expect(await runner.probe(config, never)).toMatchObject({ usable: true });
    });

    test('started twice, it runs once', async () => {
      const trial = await bench.trial({ script: 'echo x >> "$OUTPUT_DIR/count"; sleep 0.5' });
      const run = await trial.open(await trial.prepare());
      await Promise.all([run.start(), run.start()]);
      await run.start();
      await run.outcome(never);
      await run.start();
      await run.fetch(never);
      await run.dispose();
      expect(await readFile(join(trial.spec.outputDir, 'count'), 'utf8')).toBe('x\n');
    });

    test('started by two processes at once, it runs once', async () => {
      const trial = await bench.trial({ script: 'echo x >> "$OUTPUT_DIR/count"; sleep 1' });
      const handle = await trial.prepare();
      const first = await trial.open(handle);
      const second = await trial.open(handle, bench.under().afterRestart());
      await Promise.all([first.start(), second.start()]);
      const outcomes = await Promise.all([first.outcome(never), second.outcome(never)]);
      expect(outcomes).toMatchObject([
        { kind: 'exited', exitCode: 0 },
        { kind: 'exited', exitCode: 0 },
      ]);
      await first.fetch(never);
      await first.dispose();
      expect(await readFile(join(trial.spec.outputDir, 'count'), 'utf8')).toBe('x\n');
    });

    test('disposed before the start, twice and after the end, nothing is left', async () => {
      const trial = await bench.trial({ script: 'echo never' });
      const run = await trial.open(await trial.prepare());
      await run.dispose();
      await run.dispose();
      const other = await (await bench.trial({ script: 'true' })).started();
      await other.outcome(never);
      await other.dispose();
      await other.dispose();
      expect(await listed()).toEqual([]);
    });

    test('disposed while it runs, nothing is left', async () => {
      const run = await (await bench.trial({ script: 'sleep 60' })).started();
      await run.dispose();
      expect(await listed()).toEqual([]);
    });

    test('prepared twice for one run, one thing exists', async () => {
      const trial = await bench.trial({ script: 'echo once' });
      await trial.prepare();
      const run = await trial.open(await trial.prepare());
      expect(await listed()).toEqual([trial.spec.runId]);
      await run.start();
      expect((await collectLines(run)).map(line => line.text)).toEqual(['once']);
      await run.dispose();
    });

    test('what exists is listed by owner and can be removed in any state', async () => {
      const { runner, config } = bench.under();
      const trials = await Promise.all([
        bench.trial({ script: 'true' }),
        bench.trial({ script: 'sleep 60' }),
        bench.trial({ script: 'exit 1' }),
      ]);
      const handles: Handle[] = [];
      for (const trial of trials) handles.push(await trial.prepare());
      const running = await trials[1]?.open(handles[1] as Handle);
      await running?.start();
      const ended = await trials[2]?.open(handles[2] as Handle);
      await ended?.start();
      await ended?.outcome(never);
      expect(await listed()).toEqual(trials.map(trial => trial.spec.runId).sort());
      for await (const _ of runner.list('somebody-else', config, never)) throw new Error('a foreign run is listed');
      for await (const handle of bench.under().afterRestart().list(bench.owner, config, never)) {
        await runner.remove(handle, config);
        await runner.remove(handle, config);
      }
      expect(await listed()).toEqual([]);
    });

    test('a handle of something removed is lost, in words', async () => {
      const { runner, config } = bench.under();
      const trial = await bench.trial({ script: 'true' });
      const handle = await trial.prepare();
      await runner.remove(handle, config);
      const opened = await runner.open(handle, trial.spec, config, never);
      expect(isLost(opened) && opened.lost).toBeTruthy();
    });

    test('a handle holds nothing rendered', async () => {
      const trial = await bench.trial({ script: 'echo script-secret', env: { TOKEN: 'env-secret' } });
      const handle = await trial.prepare();
      expect(JSON.stringify(handle)).not.toMatch(/script-secret|env-secret/);
      await bench.under().runner.remove(handle, bench.under().config);
    });
  });
}
