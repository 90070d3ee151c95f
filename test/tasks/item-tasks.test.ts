import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ValueMap } from '../../src/model/value.ts';
import { TaskHarness } from './task-harness.ts';

let harness: TaskHarness;
beforeEach(() => {
  harness = new TaskHarness();
});
afterEach(() => harness.close());

const from = 'kestra:///ns/f/executions/e/items.ion';
const put = (text: string) => harness.storage.put(from, text);
const storage = (name: string, properties: ValueMap) =>
  harness.run(`io.kestra.plugin.core.storage.${name}`, { from, ...properties });
const textOf = async (uri: unknown) => harness.storage.getText(String(uri));

describe('FilterItems', () => {
  const items = '{"key":"k1","value":1}\n{key:"k2",value:5}\n{"key":"k3"}\n';

  it.each([
    ['INCLUDE', '{key:"k2",value:5}\n', 2],
    ['EXCLUDE', '{"key":"k1","value":1}\n', 2],
  ])('%s: rows of Ion and JSON by their properties', async (filterType, left, dropped) => {
    await put(items);
    const filterCondition = '{{ value > 3 }}';
    const { outputs } = await storage('FilterItems', { filterCondition, filterType, errorOrNullBehavior: 'EXCLUDE' });
    expect(await textOf(outputs.uri)).toBe(left);
    expect(outputs).toMatchObject({ processedItemsTotal: 3, droppedItemsTotal: dropped });
  });

  it('fails for, or keeps, what has no answer', async () => {
    await put(items);
    const filterCondition = '{{ value > 3 }}';
    expect((await storage('FilterItems', { filterCondition })).failure).toMatch(/item 3: .*value/);
    const { outputs } = await storage('FilterItems', { filterCondition, errorOrNullBehavior: 'INCLUDE' });
    expect(await textOf(outputs.uri)).toBe('{key:"k2",value:5}\n{"key":"k3"}\n');
  });

  it('takes lines of text as value', async () => {
    await put('1,Ann\n2,Bob');
    const { outputs } = await storage('FilterItems', { filterCondition: "{{ value contains 'Bob' }}" });
    expect(await textOf(outputs.uri)).toBe('2,Bob\n');
  });
});

describe('DeduplicateItems', () => {
  it('keeps the last of each key', async () => {
    await put('{k:1,v:"a"}\n{k:2,v:"b"}\n{k:1,v:"c"}\n');
    const { outputs } = await storage('DeduplicateItems', { expr: '{{ k }}' });
    expect(await textOf(outputs.uri)).toBe('{k:2,v:"b"}\n{k:1,v:"c"}\n');
    expect(outputs).toMatchObject({ numKeys: 2, processedItemsTotal: 3, droppedItemsTotal: 1 });
  });

  it.each([
    ['DeduplicateItems', {}, /expr/],
    ['FilterItems', { filterCondition: 'x', from: 'kestra:///ns/f/none' }, /none/],
  ])('%s fails with words for %j', async (name, properties, words) => {
    expect((await storage(name, properties)).failure).toMatch(words);
  });
});

describe('Write and PurgeCurrentExecutionFiles', () => {
  it('store a text, and delete what the execution has stored', async () => {
    const write = 'io.kestra.plugin.core.storage.Write';
    const { uri } = (await harness.run(write, { content: 'hi {{ flow.id }}', extension: '.txt' })).outputs;
    expect(String(uri)).toMatch(/\.txt$/);
    expect(await textOf(uri)).toBe('hi f');
    const purged = await harness.run('io.kestra.plugin.core.storage.PurgeCurrentExecutionFiles', {});
    expect(purged.outputs).toEqual({ uris: [uri] });
    expect(await harness.storage.exists(String(uri))).toBe(false);
  });
});

describe('state', () => {
  const state = (name: string, properties: ValueMap = {}) =>
    harness.run(`io.kestra.plugin.core.state.${name}`, properties);

  it('is merged, read and deleted', async () => {
    expect((await state('Set', { data: { a: 1, b: '{{ flow.id }}' } })).outputs).toEqual({
      key: 'f_states_tasks-states_default',
      count: 2,
    });
    await state('Set', { data: { b: 'x' } });
    await state('Set', { name: 'other', namespace: true, data: { c: 1 } });
    expect((await state('Get')).outputs).toMatchObject({ count: 2, data: { a: 1, b: 'x' } });
    expect((await state('Get', { name: 'other', namespace: true })).outputs).toMatchObject({ data: { c: 1 } });
    expect((await state('Delete')).outputs).toEqual({ deleted: true });
    expect((await state('Get')).outputs).toMatchObject({ count: 0, data: {} });
    expect((await state('Get', { errorOnMissing: true })).failure).toContain('f_states_tasks-states_default');
    expect((await state('Delete', { errorOnMissing: true })).failure).toContain('f_states_tasks-states_default');
  });
});

describe('TemplatedTask', () => {
  const templated = (spec: string) => harness.run('io.kestra.plugin.core.templating.TemplatedTask', { spec });

  it('runs what its text says once it is rendered', async () => {
    const spec = `id: inner\ntype: io.kestra.plugin.core.{{ 'debug' }}.Return\nformat: "{{ flow.id }}"`;
    expect(await templated(spec)).toMatchObject({ state: 'SUCCESS', outputs: { value: 'f' } });
  });

  it.each([
    ['type: io.kestra.nope.Task', /io\.kestra\.nope\.Task/],
    ['type: io.kestra.plugin.core.log.Log', /message/],
    ['type: io.kestra.plugin.core.templating.TemplatedTask\nspec: x', /that a worker runs/],
    ['[1', /YAML/],
    ['just text', /a map/],
  ])('%s fails with words', async (spec, words) => {
    expect((await templated(spec)).failure).toMatch(words);
  });
});
