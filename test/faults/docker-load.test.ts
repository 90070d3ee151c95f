/** Many containers, many lines and large files at once; a tenth of it unless WINDLASS_TEST_FULL is set. */
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setInterval as every } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { never, Trial, type TrialOptions } from '../contract/runner/harness.ts';
import { dockerUnderTest, mainEngine } from '../docker/engine.ts';

const real = await dockerUnderTest();
if ('unavailable' in real) console.warn(`SKIPPED: load on Docker: ${real.unavailable}`);
const scale = process.env.WINDLASS_TEST_FULL ? 10 : 1;
const mb = 1024 ** 2;

describe.skipIf('unavailable' in real)('under load', { timeout: 60_000 * scale }, () => {
  const owner = `load-${randomBytes(6).toString('hex')}`;
  let trials: Trial[] = [];

  afterEach(async () => {
    const left = await mainEngine.containersOf(owner);
    await mainEngine.removeContainersOf(owner);
    for (const one of trials) await one.removeFolders();
    trials = [];
    expect(left).toEqual([]);
  });

  async function trial(options: TrialOptions, config: object = {}): Promise<Trial> {
    const made = await Trial.make(mainEngine.underTest({ networkMode: 'none', ...config }), owner, options);
    trials.push(made);
    return made;
  }

  /** The largest resident set while the work goes on, in bytes. */
  async function peakOf(work: Promise<unknown>): Promise<number> {
    const done = new AbortController();
    let peak = process.memoryUsage.rss();
    const watching = (async () => {
      for await (const _ of every(50, undefined, { signal: done.signal }))
        peak = Math.max(peak, process.memoryUsage.rss());
    })().catch(() => {});
    await work.finally(() => done.abort());
    await watching;
    return peak;
  }

  async function hashOf(path: string): Promise<string> {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    return hash.digest('hex');
  }

  test(`${20 * scale} containers at once: each says its line once and ends with its code`, async () => {
    const all = await Promise.all(Array.from({ length: 20 * scale }, () => trial({ script: 'echo once; exit 7' })));
    const lives = await Promise.all(all.map(one => one.live()));
    for (const { stdout, outcome } of lives) {
      expect(stdout).toEqual(['once']);
      expect(outcome).toMatchObject({ kind: 'exited', exitCode: 7 });
    }
  });

  test('100,000 numbered lines on both streams, then the end at once: each once', async () => {
    const numbers = Array.from({ length: 100_000 }, (_, index) => String(index + 1));
    for (let round = 0; round < (scale === 1 ? 1 : 20); round++) {
      const { stdout, stderr } = await (await trial({ script: 'seq 1 100000 & seq 1 100000 >&2; wait' })).live();
      expect(stdout).toEqual(numbers);
      expect(stderr).toEqual(numbers);
    }
  });

  test(`a file of ${20 * scale} MB each way is the same, while memory stays small`, async () => {
    const one = await trial({ script: 'cp in.bin out.bin', files: { 'in.bin': '' }, wanted: ['out.bin'] });
    await writeFile(join(one.spec.workDir, 'in.bin'), randomBytes(20 * scale * mb));
    const before = await hashOf(join(one.spec.workDir, 'in.bin'));
    const rss = process.memoryUsage.rss();
    const peak = await peakOf(one.live());
    expect(await hashOf(join(one.spec.workDir, 'out.bin'))).toBe(before);
    expect(peak - rss).toBeLessThan(100 * mb);
  });

  test(`${5 * scale} MB of log flow through without being gathered`, async () => {
    const one = await trial({ script: `yes 0123456789012345678901234567890123456789 | head -c ${5 * scale * mb}` });
    const run = await one.started();
    let lines = 0;
    const rss = process.memoryUsage.rss();
    const reading = (async () => {
      for await (const batch of run.logs()) lines += batch.lines.length;
    })();
    const peak = await peakOf(reading);
    await run.dispose();
    expect(lines).toBe(Math.ceil((5 * scale * mb) / 41));
    expect(peak - rss).toBeLessThan(150 * mb);
  });

  test('a start that the engine answers with 500 is told in its words, and leaves nothing', async () => {
    const port = String(20_000 + Math.floor(Math.random() * 12_000));
    const config = { networkMode: 'bridge', portBindings: [`127.0.0.1:${port}:80`] };
    const first = await (await trial({ script: 'sleep 60' }, config)).started();
    const { outcome } = await (await trial({ script: 'true' }, config)).live();
    await first.dispose();
    expect(outcome).toMatchObject({ kind: 'never-started', detail: expect.stringContaining(port) });
  });

  test('a tree of processes ends with its container', async () => {
    const one = await trial({ script: 'sh -c "sh -c \\"trap : TERM; sleep 300\\" & sleep 300" & echo up; wait' });
    const run = await one.started();
    for await (const batch of run.logs()) if (batch.lines.length > 0) break;
    const began = Date.now();
    await run.stop({ graceMs: 300 });
    expect(Date.now() - began).toBeLessThan(15_000);
    expect(await run.outcome(never)).toMatchObject({ kind: 'stopped' });
    await run.dispose();
  });
});
