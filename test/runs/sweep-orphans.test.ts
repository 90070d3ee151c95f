/** What nobody answers for is removed, and nothing else, whatever happens meanwhile. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Handle } from '../../src/runners/runner.ts';
import { sweepOrphans } from '../../src/runs/sweep-orphans.ts';
import { full } from '../full.ts';

const never = new AbortController().signal;

/** When, in steps of the sweep, a run's container is there, and when its execution is open in the store. */
interface Life {
  readonly owner: 'ours' | 'theirs';
  readonly created: number;
  readonly recorded: number;
  readonly ended: number;
}

const lives = fc.array(
  fc
    .record({
      owner: fc.constantFrom('ours' as const, 'theirs' as const),
      recorded: fc.integer({ min: -5, max: 12 }),
      createdAfter: fc.nat(3),
      endedAfter: fc.option(fc.nat(8), { nil: Number.POSITIVE_INFINITY }),
    })
    // The store knows of an execution before any container of it exists.
    .map(({ owner, recorded, createdAfter, endedAfter }): Life => {
      const created = recorded + createdAfter;
      return { owner, created, recorded, ended: created + endedAfter };
    }),
  { maxLength: 8 },
);

test('a run of an open execution, or of another store, is never removed; what is left twice is', async () => {
  await fc.assert(
    fc.asyncProperty(lives, async all => {
      let step = 0;
      const removed = new Map<string, number>();
      const isOpen = ({ recorded, ended }: Life) => step >= recorded && step < ended;
      const handleOf = (index: number): Handle => ({ runner: 'r', version: 1, runId: String(index), data: {} });
      const count = await sweepOrphans({
        owner: 'ours',
        config: {},
        graceMs: 0,
        signal: never,
        runner: {
          async *list(owner) {
            step += 1;
            for (const [index, life] of all.entries()) {
              if (life.owner === owner && step >= life.created && !removed.has(String(index))) yield handleOf(index);
            }
          },
          async remove({ runId }) {
            removed.set(runId, step);
          },
        },
        isTracked: async ({ runId }) => {
          step += 1;
          return isOpen(all[Number(runId)] as Life);
        },
      });
      expect(count).toBe(removed.size);
      for (const [index, life] of all.entries()) {
        const at = removed.get(String(index));
        if (at !== undefined) {
          expect(life.owner).toBe('ours');
          expect(at).toBeGreaterThanOrEqual(life.ended);
        } else if (life.owner === 'ours') {
          // Already without anybody when the sweep began.
          expect(life.created <= 0 && life.ended <= 0).toBe(false);
        }
      }
    }),
    { numRuns: full ? 2000 : 200 },
  );
});

test('an engine that cannot be asked is the caller’s to judge, and nothing is removed', async () => {
  const sweep = sweepOrphans({
    owner: 'ours',
    config: {},
    graceMs: 0,
    signal: never,
    runner: {
      list() {
        throw new Error('no engine');
      },
      remove: async () => expect.unreachable(),
    },
    isTracked: async () => true,
  });
  await expect(sweep).rejects.toThrow('no engine');
});
