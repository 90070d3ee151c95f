/** The trials of one test file on the cluster. What a test leaves of them fails it. */
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, expect } from 'vitest';
import { Trial, type TrialOptions } from '../contract/runner/harness.ts';
import type { RunnerUnderTest } from '../contract/runner/index.ts';
import type { TestCluster } from '../engines/kubernetes/cluster.ts';
import { kubernetesUnderTest, podsOf, removePodsOf } from './cluster.ts';

export interface Trials {
  /** Whose pods they are. */
  readonly owner: string;
  /** @param config of the runner. @param other in place of what is usual, such as a runner behind a proxy */
  make(options: TrialOptions, config?: object, other?: Partial<RunnerUnderTest>): Promise<Trial>;
}

/** To be called before other hooks are registered, which then run first. Closes the client at the end. */
export function useTrials({ client }: TestCluster, name: string): Trials {
  const owner = `${name}-${randomBytes(4).toString('hex')}`;
  const trials: Trial[] = [];
  afterEach(async () => {
    const left = await podsOf(client, owner);
    await removePodsOf(client, owner);
    for (const trial of trials.splice(0)) await trial.removeFolders();
    expect(left.map(pod => pod.metadata.name)).toEqual([]);
  });
  afterAll(() => client.close());
  return {
    owner,
    async make(options, config = {}, other = {}) {
      const under = await kubernetesUnderTest(config);
      if ('unavailable' in under) throw new Error(under.unavailable);
      const trial = await Trial.make({ ...under, ...other }, owner, options);
      trials.push(trial);
      return trial;
    },
  };
}
