import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FlowHarness, outputsOf, saidBy } from './flow-harness.ts';

let harness: FlowHarness;
beforeEach(() => {
  harness = new FlowHarness();
});
afterEach(() => harness.close());

const show = `
  - id: show
    type: io.kestra.plugin.core.debug.Return
    format: "{{ vars }}"`;

describe('SetVariables', () => {
  it('adds, replaces and merges; texts are rendered to texts', async () => {
    const document = await harness.run(`
variables: {name: World, deep: {a: 1, b: [1]}}
tasks:
  - id: set
    type: io.kestra.plugin.core.execution.SetVariables
    variables: {message: "{{ 1 + 1 }}", name: "{{ vars.name | upper }}", deep: {b: [2], c: true}, n: 3}${show}`);
    expect(JSON.parse(String(outputsOf(document, 'show').value))).toEqual({
      name: 'WORLD',
      deep: { a: 1, b: [1, 2], c: true },
      message: '2',
      n: 3,
    });
    expect(document.taskRunList[0]).toMatchObject({ taskId: 'set', state: { current: 'SUCCESS' } });
  });

  it('works where the flow declares none, and from an expression', async () => {
    const document = await harness.run(`
tasks:
  - id: set
    type: io.kestra.plugin.core.execution.SetVariables
    variables: "{{ {'a': [1]} }}"${show}`);
    expect(outputsOf(document, 'show').value).toBe('{"a":[1]}');
  });

  it('refuses to replace where it may not', async () => {
    const document = await harness.run(`
variables: {a: 1}
tasks:
  - id: set
    type: io.kestra.plugin.core.execution.SetVariables
    overwrite: false
    variables: {a: 2, b: 3}`);
    expect(document.state.current).toBe('FAILED');
    expect(saidBy(document, 'set')[0]).toContain('already exist: a');
  });
});

describe('UnsetVariables', () => {
  it.each([
    ['[a]', false, 'SUCCESS', '{"b":2}'],
    ['[a, x]', false, 'SUCCESS', '{"b":2}'],
    ['[a, x]', true, 'SUCCESS', '{"b":2}'],
  ])('%s, missing ones ignored: %s', async (names, ignoreMissing, state, left) => {
    const document = await harness.run(`
variables: {a: 1, b: 2}
tasks:
  - id: unset
    type: io.kestra.plugin.core.execution.UnsetVariables
    variables: ${names}
    ignoreMissing: ${ignoreMissing}${show}`);
    expect(document.state.current).toBe(state);
    expect(outputsOf(document, 'show').value).toBe(left);
  });
});
