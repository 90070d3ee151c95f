import { expect, test } from 'vitest';
import { mergeLabels, readLabels } from '../../src/flow/index.ts';

test('a map and a list are the same; scalars become text; dotted keys and expressions stay', () => {
  expect(readLabels({ a: 1, b: true, 'c.d': '{{ x }}' }).labels).toEqual([
    { key: 'a', value: '1' },
    { key: 'b', value: 'true' },
    { key: 'c.d', value: '{{ x }}' },
  ]);
  expect(readLabels([{ key: 'a', value: 1 }]).labels).toEqual([{ key: 'a', value: '1' }]);
});

test('of two with one key the last wins', () => {
  expect(
    readLabels([
      { key: 'a', value: 'x' },
      { key: 'a', value: 'y' },
    ]),
  ).toEqual({ labels: [{ key: 'a', value: 'y' }], faults: [] });
  expect(
    mergeLabels(
      [
        { key: 'a', value: '1' },
        { key: 'b', value: '2' },
      ],
      [{ key: 'a', value: '3' }],
    ),
  ).toEqual([
    { key: 'a', value: '3' },
    { key: 'b', value: '2' },
  ]);
});

test('empty ones and those of the system are faults', () => {
  expect(
    readLabels({ a: '', 'system.x': 'y', 'system.readOnly': true, b: null }).faults.map(({ path }) => path[0]),
  ).toEqual(['a', 'system.x', 'b']);
});
