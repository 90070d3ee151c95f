/** What is waited for before an execution is taken over from a process that cannot be seen. 1.5 s. */
import { expect, test } from 'vitest';
import { awaitUnseen } from '../../src/cli/await-unseen.ts';

/** Looks, one after the other, each with what is left of the leases; the last one stays. */
function store(...looks: readonly Readonly<Record<string, number>>[]) {
  let look = 0;
  const unseen = async () =>
    Object.entries(looks[Math.min(look++, looks.length - 1)] ?? {}).map(([id, leftMs]) => ({ id, leftMs }));
  return { unseen, looks: () => look };
}

test('nothing is said where every process can be seen', async () => {
  const said: string[] = [];
  await awaitUnseen(store({}), undefined, text => said.push(text));
  expect(said).toEqual([]);
});

test('until the lease is over', async () => {
  const said: string[] = [];
  const one = store({ a: 900 }, { a: 400 }, {});
  await awaitUnseen(one, undefined, text => said.push(text));
  expect(said).toEqual([expect.stringMatching(/^a: .*another container.* 1 s at most/)]);
  expect(one.looks()).toBe(3);
});

test('until the process shows that it lives; others are not waited for', async () => {
  const one = store({ a: 30_000, other: 50_000 }, { a: 60_000, other: 49_500 });
  await awaitUnseen(one, 'a', () => {});
  expect(one.looks()).toBe(2);
});
