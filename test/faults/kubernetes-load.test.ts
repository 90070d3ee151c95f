/** Many lines, rotated logs and large files of pods: 35 s; with WINDLASS_TEST_FULL ten times the lines and bytes. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setInterval as every } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { collectLines, never, readUntil, textsOf } from '../contract/runner/harness.ts';
import { clusterUnderTest } from '../engines/kubernetes/cluster.ts';
import { full } from '../full.ts';
import { podsOf } from '../kubernetes/cluster.ts';
import { useTrials } from '../kubernetes/trials.ts';

const found = clusterUnderTest();
const scale = full ? 10 : 1;
const mb = 1024 ** 2;

if ('unavailable' in found) {
  test.skip(`load on Kubernetes: ${found.unavailable}`, () => {});
} else {
  const { client, kubeconfig, own } = found;
  const trials = useTrials(found, 'load');

  /** The largest resident set while the work goes on, in bytes. */
  const peakOf = async (work: Promise<unknown>): Promise<number> => {
    const done = new AbortController();
    let peak = process.memoryUsage.rss();
    const watching = (async () => {
      for await (const _ of every(50, undefined, { signal: done.signal }))
        peak = Math.max(peak, process.memoryUsage.rss());
    })().catch(() => {});
    await work.finally(() => done.abort());
    await watching;
    return peak;
  };

  const hashOf = async (path: string): Promise<string> => {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    return hash.digest('hex');
  };

  const numbers = (first: number, last: number): string[] =>
    Array.from({ length: last - first + 1 }, (_, index) => String(first + index));

  describe('pods with much to say and to give', { timeout: 60_000 * scale }, () => {
    test(`${10_000 * scale} numbered lines, each once`, async () => {
      const { stdout } = await (await trials.make({ script: `seq 1 ${10_000 * scale}; sleep 0.5` })).live();
      expect(stdout).toEqual(numbers(1, 10_000 * scale));
    });

    test(`a file of ${20 * scale} MB each way is the same, while memory stays small`, async () => {
      const one = await trials.make({ script: 'cp in.bin out.bin', files: { 'in.bin': '' }, wanted: ['out.bin'] });
      for (let i = 0; i < 20 * scale; i++) await appendFile(join(one.spec.workDir, 'in.bin'), randomBytes(mb));
      const before = await hashOf(join(one.spec.workDir, 'in.bin'));
      const rss = process.memoryUsage.rss();
      const began = performance.now();
      const peak = await peakOf(one.live());
      console.log(`${20 * scale} MB each way: ${((performance.now() - began) / 1000).toFixed(1)} s`);
      console.log(`memory: ${(rss / mb).toFixed(0)} MiB before, ${(peak / mb).toFixed(0)} MiB at most`);
      expect(await hashOf(join(one.spec.workDir, 'out.bin'))).toBe(before);
      expect(peak).toBeLessThan(250 * mb);
    });

    // The kubelet looks each 10 s whether a log is longer than 10 MiB, and begins a new file then; 240,000 lines are.
    test.runIf(own)('a log whose file is begun anew meanwhile: every line once', async () => {
      const script = 'seq 1 240000; sleep 12; seq 240001 241000; sleep 0.5';
      const made = await trials.make({ script });
      const run = await made.started();
      const reading = collectLines(run);
      const before = await readUntil(run, undefined, lines => lines.length >= 240_000);
      expect(await run.outcome(never)).toMatchObject({ kind: 'exited', exitCode: 0 });
      const [pod] = await podsOf(client, trials.owner);
      const folder = join(dirname(kubeconfig), 'podlogs', `default_${pod?.metadata.name}_${pod?.metadata.uid}`, 'main');
      expect(await readdir(folder)).toEqual(['0.log', expect.stringMatching(/^0\.log\.\d/)]);
      expect(textsOf(await reading, 'stdout')).toEqual(numbers(1, 241_000));
      // Who comes back only now finds another file than the one that was read.
      const after = await collectLines(run, before.cursor);
      expect(textsOf([...before.lines, ...after], 'stdout')).toEqual(numbers(1, 241_000));
      await run.dispose();
    });
  });
}
