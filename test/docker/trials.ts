/** Trials of one test file on one engine: told from those of others by their owner, and gone when a test is over. */
import { randomBytes } from 'node:crypto';
import { afterEach, expect } from 'vitest';
import { Trial, type TrialOptions } from '../contract/runner/harness.ts';
import type { RunnerUnderTest } from '../contract/runner/index.ts';
import { mainEngine } from './engine.ts';

export interface Trials {
  readonly owner: string;
  make(under: RunnerUnderTest, options: TrialOptions): Promise<Trial>;
}

/** Each test fails that leaves a container; its folders and containers are removed in any case. */
export function useTrials(name: string): Trials {
  const owner = `${name}-${randomBytes(6).toString('hex')}`;
  let trials: Trial[] = [];
  afterEach(async () => {
    const left = await mainEngine.containersOf(owner);
    await mainEngine.removeContainersOf(owner);
    for (const one of trials) await one.removeFolders();
    trials = [];
    expect(left).toEqual([]);
  });
  return {
    owner,
    async make(under, options) {
      const made = await Trial.make(under, owner, options);
      trials.push(made);
      return made;
    },
  };
}
