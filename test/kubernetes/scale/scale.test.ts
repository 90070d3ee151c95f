/** 500 pods in flight from one worker, 5,000 with `--full`: 40 s, and 8 minutes, on two busy cores. */
import { expect, test } from 'vitest';
import { clusterUnderTest } from '../../engines/kubernetes/cluster.ts';
import { full } from '../../full.ts';
import { measureScale } from './measure.ts';

const cluster = clusterUnderTest();
const pods = full ? 5_000 : 500;

if ('unavailable' in cluster || cluster.own === undefined) {
  test.skip('thousands of pods: no cluster of our own runs here', () => {});
} else {
  const { own } = cluster;
  test(`${pods} pods in flight: one watch, few sockets, bounded memory, and every line of each`, async () => {
    const seen = await measureScale({ ...cluster, own }, { pods, heldMs: 10_000, lineEveryMs: 15_000 });
    console.log(JSON.stringify(seen));
    expect(seen.wrong).toEqual({});
    expect(seen.left).toBe(0);
    expect(seen.lines).toBeGreaterThanOrEqual(2 * pods);
    expect(seen.watches).toBe(1);
    // 64 follows, 16 for readings, 32 for calls, the watch.
    expect(seen.mostSockets).toBeLessThanOrEqual(113);
    expect(seen.maxRssMiB).toBeLessThan(600);
    expect(seen.cpuShare).toBeLessThan(0.2);
    cluster.client.close();
  }, 1_200_000);
}
