import { expect, test } from 'vitest';
import { coerceOutput } from '../../src/flow/index.ts';
import type { FlowOutput } from '../../src/model/flow.ts';

function output(type?: string, required = true): FlowOutput {
  return { id: 'o', value: '', required, ...(type !== undefined && { type }) };
}

test('a rendered text takes the type of its output', () => {
  expect(coerceOutput(output('INT'), '2')).toEqual({ value: 2 });
  expect(coerceOutput(output('JSON'), '{"k":[1]}')).toEqual({ value: { k: [1] } });
  expect(coerceOutput(output(), [1])).toEqual({ value: [1] });
  expect(coerceOutput(output('INT', false), null)).toEqual({ value: null });
});

test('what does not fit is a fault, a secret without a key too', () => {
  expect(coerceOutput(output('INT'), 'x')).toEqual({
    fault: 'Invalid output for `o`, For input string: "x", but received `x`',
  });
  expect(coerceOutput(output('SECRET'), 'x')).toHaveProperty('fault');
  expect(JSON.stringify(coerceOutput(output('SECRET'), 'x', () => 'cipher'))).toContain('cipher');
});
