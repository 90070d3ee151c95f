/**
 * The contract of `src/runners/runner.ts` as tests. Every runner passes all of it:
 *
 *     runnerContract({ name: 'Docker', start: async () => ({ runner, config, … }) });
 *
 * A case is left out only by a capability that the runner declares; what is left out is printed.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, test } from 'vitest';
import { endings } from './endings.ts';
import { files } from './files.ts';
import { type RunnerHarness, type RunnerUnderTest, Trial, type TrialOptions } from './harness.ts';
import { lifeCycle } from './life-cycle.ts';
import { outputLines } from './output-lines.ts';
import { resuming } from './resuming.ts';
import { stopping } from './stopping.ts';

export type { RunnerHarness, RunnerUnderTest } from './harness.ts';

/** What a group of cases works with. */
export interface Bench {
  trial(options?: TrialOptions): Promise<Trial>;
  readonly under: () => RunnerUnderTest;
  readonly owner: string;
}

export function runnerContract(harness: RunnerHarness): void {
  describe(`the ${harness.name} runner keeps the contract`, async () => {
    const started = await harness.start();
    if ('unavailable' in started) {
      test.skip(started.unavailable, () => {});
      return;
    }
    const owner = `contract-${randomBytes(6).toString('hex')}`;
    const trials: Trial[] = [];
    const bench: Bench = {
      owner,
      under: () => started,
      async trial(options = {}) {
        const trial = await Trial.make(started, owner, options);
        trials.push(trial);
        return trial;
      },
    };

    beforeAll(() => {
      if (!started.runner.capabilities.separateStreams) console.warn(`${harness.name}: stdout and stderr come as one`);
    });
    afterEach(async () => {
      const left = await started.leftovers(owner);
      await started.cleanUp(owner);
      for (const trial of trials.splice(0)) await trial.removeFolders();
      if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
    });
    afterAll(async () => {
      await started.stop?.();
    });

    endings(bench);
    outputLines(bench);
    files(bench);
    stopping(bench);
    resuming(bench);
    lifeCycle(bench);
  });
}
