/** Many containers and many lines at once; a tenth of it unless WINDLASS_TEST_FULL is set. */
import { describe, expect, test } from 'vitest';
import { never, type Trial, type TrialOptions } from '../contract/runner/harness.ts';
import { dockerUnderTest, mainEngine } from '../docker/engine.ts';
import { useTrials } from '../docker/trials.ts';
import { full } from '../full.ts';

const real = await dockerUnderTest();
if ('unavailable' in real) console.warn(`SKIPPED: load on Docker: ${real.unavailable}`);
const scale = full ? 10 : 1;

describe.skipIf('unavailable' in real)('under load', { timeout: 60_000 * scale }, () => {
  const trials = useTrials('load');

  async function trial(options: TrialOptions, config: object = {}): Promise<Trial> {
    return await trials.make(mainEngine.underTest({ networkMode: 'none', ...config }), options);
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
