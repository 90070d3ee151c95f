/** How a run ends. */
import { describe, expect, test } from 'vitest';
import { PrepareError } from '../../../src/runners/runner.ts';
import { collectLines, never } from './harness.ts';
import type { Bench } from './index.ts';

export function endings(bench: Bench): void {
  describe('endings', () => {
    test('a program that ends with 0 has exited with 0', async () => {
      const { outcome, stdout } = await (await bench.trial({ script: 'echo hello' })).live();
      expect(outcome).toMatchObject({ kind: 'exited', exitCode: 0 });
      expect(stdout).toEqual(['hello']);
    });

    test.for([1, 7, 126, 127, 255])('exit code %i is told', async code => {
      const { outcome } = await (await bench.trial({ script: `exit ${code}` })).live();
      expect(outcome).toMatchObject({ kind: 'exited', exitCode: code });
    });

    test('a shell whose child was killed by a signal gives 137', async () => {
      const { outcome } = await (await bench.trial({ script: "/bin/sh -c 'kill -9 $$'; exit $?" })).live();
      expect(outcome).toMatchObject({ kind: 'exited', exitCode: 137 });
    });

    test('a command that is not there never succeeds, and is named', async () => {
      const trial = await bench.trial({ argv: ['/no/such/program', 'x'] });
      const { outcome, stderr } = await trial.live().catch(error => {
        if (error instanceof PrepareError) return { outcome: error.outcome, stderr: [] };
        throw error;
      });
      if (outcome.kind === 'exited') expect(outcome.exitCode).toBe(127);
      else expect(outcome.kind).toBe('never-started');
      expect(JSON.stringify([outcome, stderr])).toContain('/no/such/program');
    });

    test('arguments reach the program as they are', async () => {
      const args = ['a b', '', '"quoted"', "it's", '$HOME', '*', '-n', 'ü\nnewline', '\\'];
      const trial = await bench.trial({
        argv: ['/bin/sh', '-c', 'for a in "$@"; do printf "[%s]" "$a"; done', 'sh', ...args],
      });
      const { stdout } = await trial.live();
      expect(stdout.join('\n')).toBe(args.map(arg => `[${arg}]`).join(''));
    });

    test('the environment reaches the program as it is', async () => {
      const env = {
        A: 'plain',
        EMPTY: '',
        SPACED: ' a  b ',
        EQUALS: 'x=y=z',
        QUOTES: `'"\`$HOME`,
        LINES: 'one\ntwo',
        UNICODE: 'ü→文',
      };
      const names = Object.keys(env);
      const script = names.map(name => `printf '%s;' "$${name}"`).join('\n');
      const { stdout } = await (await bench.trial({ script, env })).live();
      expect(stdout.join('\n')).toBe(`${Object.values(env).join(';')};`);
    });

    test('a background child does not hold the run open', async () => {
      const trial = await bench.trial({ script: 'sleep 50 & echo done' });
      const began = Date.now();
      const { outcome, stdout } = await trial.live();
      expect(outcome).toMatchObject({ kind: 'exited', exitCode: 0 });
      expect(stdout).toEqual(['done']);
      expect(Date.now() - began).toBeLessThan(49_000);
      await bench.under().cleanUp(bench.owner);
    });

    test('a program taken away from outside is never a success, and its log ends', async () => {
      const trial = await bench.trial({ script: 'echo up; sleep 60' });
      const handle = await trial.prepare();
      const run = await trial.open(handle);
      await run.start();
      const lines = collectLines(run);
      for await (const batch of run.logs()) if (batch.lines.length > 0) break;
      await bench.under().takeAway(handle);
      const outcome = await run.outcome(never);
      expect(['deleted-outside', 'stopped', 'node-lost', 'evicted']).toContain(outcome.kind);
      expect('detail' in outcome && outcome.detail, 'said in words').toBeTruthy();
      await lines;
      await run.fetch(never);
      await run.dispose();
    });

    test('who stops waiting for the outcome does not end the run', async () => {
      const run = await (await bench.trial({ script: 'sleep 1; exit 3' })).started();
      await expect(run.outcome(AbortSignal.timeout(100))).rejects.toThrow();
      await expect(run.outcome(AbortSignal.abort())).rejects.toThrow();
      expect(await run.outcome(never)).toMatchObject({ kind: 'exited', exitCode: 3 });
      await run.dispose();
    });
  });
}
