import { describe, expect, test } from 'vitest';
import { Turns } from '../../src/runners/kubernetes/client/turns.ts';

describe('turns', () => {
  test('a few at a time, in the order in which they came', async () => {
    const turns = new Turns(2);
    const begun: number[] = [];
    const dones: (() => void)[] = [];
    const all = [0, 1, 2, 3].map(async i => {
      dones[i] = await turns.take();
      begun.push(i);
    });
    await Promise.all(all.slice(0, 2));
    expect(begun).toEqual([0, 1]);
    dones[1]?.();
    await all[2];
    expect(begun).toEqual([0, 1, 2]);
    dones[0]?.();
    await all[3];
    dones[2]?.();
    dones[3]?.();
    await expect(Promise.all([turns.take(), turns.take()])).resolves.toHaveLength(2);
  });

  test('who no longer waits takes nobody’s turn', async () => {
    const turns = new Turns(1);
    const done = await turns.take();
    const leaving = new AbortController();
    const left = turns.take(leaving.signal);
    const next = turns.take();
    leaving.abort(new Error('enough'));
    await expect(left).rejects.toThrow('enough');
    await expect(turns.take(leaving.signal)).rejects.toThrow('enough');
    done();
    await expect(next).resolves.toBeTypeOf('function');
  });
});
