import { expect, test } from 'vitest';
import { derivedId, newId } from '../../src/model/ids.ts';

test('ids are 22 letters and digits, and never the same', () => {
  const ids = Array.from({ length: 10_000 }, newId);
  for (const id of ids) expect(id).toMatch(/^[0-9A-Za-z]{22}$/);
  expect(new Set(ids).size).toBe(ids.length);
});

test('a derived id depends on the name alone', () => {
  expect(derivedId('a')).toMatch(/^[0-9A-Za-z]{22}$/);
  expect(derivedId('a')).toBe(derivedId('a'));
  expect(derivedId('a')).not.toBe(derivedId('b'));
});
