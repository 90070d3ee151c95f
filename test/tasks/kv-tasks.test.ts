import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { double, type ValueMap } from '../../src/model/value.ts';
import { KvStore } from '../../src/storage/kv-store.ts';
import { executionServices } from '../../src/worker/services.ts';
import { TaskHarness } from './task-harness.ts';

let harness: TaskHarness;
beforeEach(() => {
  harness = new TaskHarness();
});
afterEach(() => harness.close());

const kv = (name: string, properties: ValueMap) => harness.run(`io.kestra.plugin.core.kv.${name}`, properties);
const readKey = async (key: string) => (await kv('Get', { key })).outputs.value;

describe('values', () => {
  it.each([
    [{ value: 'text {{ flow.id }}' }, 'text f'],
    [{ value: '{{ [1, 2] }}' }, [1, 2]],
    [{ value: '{{ 5 }}' }, 5n],
    [{ value: '42', kvType: 'NUMBER' }, 42],
    [{ value: '1.0', kvType: 'NUMBER' }, double(1)],
    [{ value: '12345678901234', kvType: 'NUMBER' }, 12345678901234n],
    [{ value: 'TRUE', kvType: 'BOOLEAN' }, true],
    [{ value: '{"a": [1, null]}', kvType: 'JSON' }, { a: [1, null] }],
    [{ value: 'PT1H', kvType: 'DURATION' }, 'PT1H'],
    [{ value: '2026-05-06', kvType: 'DATE' }, '2026-05-06'],
    [{ value: '2026-05-06T07:08:09Z', kvType: 'DATETIME' }, '2026-05-06T07:08:09Z'],
    [{ value: { a: '{{ flow.id }}' } }, { a: 'f' }],
  ])('%j is read as %s', async (properties, value) => {
    expect(await kv('Set', { key: 'k', ...properties })).toMatchObject({ state: 'SUCCESS', outputs: {} });
    expect(JSON.stringify(await readKey('k'), spell)).toEqual(JSON.stringify(value, spell));
  });

  it.each([
    [{ key: 'k', value: 'many', kvType: 'NUMBER' }, 'NUMBER'],
    [{ key: 'k', value: 'soon', kvType: 'DATETIME' }, 'DATETIME'],
    [{ key: 'k', value: '{', kvType: 'JSON' }, 'JSON'],
    [{ key: '../k', value: 'x' }, '../k'],
    [{ key: '', value: 'x' }, 'key'],
    [{ key: 'k', value: null }, 'value'],
  ])('%j is refused and leaves nothing behind', async (properties, words) => {
    expect((await kv('Set', properties)).failure).toContain(words);
    expect((await kv('GetKeys', {})).outputs).toEqual({ keys: [] });
  });
});

describe('keys', () => {
  it('are listed, kept from being replaced, and deleted', async () => {
    await kv('Set', { key: 'b', value: '1' });
    await kv('Set', { key: 'a.x', value: '2' });
    await kv('Set', { key: 'other', value: '3', namespace: 'else' });
    expect((await kv('GetKeys', {})).outputs).toEqual({ keys: ['a.x', 'b'] });
    expect((await kv('GetKeys', { prefix: 'a' })).outputs).toEqual({ keys: ['a.x'] });
    expect((await kv('Set', { key: 'b', value: '4', overwrite: false })).failure).toContain('overwrite');
    expect(await readKey('b')).toBe('1');
    expect((await kv('Delete', { key: 'b' })).outputs).toEqual({ deleted: true });
    expect((await kv('Delete', { key: 'b' })).outputs).toEqual({ deleted: false });
    expect((await kv('Delete', { key: 'b', errorOnMissing: true })).failure).toContain("'b'");
    expect((await kv('Get', { key: 'b' })).outputs).toEqual({});
    expect((await kv('Get', { key: 'b', errorOnMissing: true })).failure).toContain("'b'");
  });

  it('are gone when their time is over', async () => {
    await kv('Set', { key: 'k', value: 'x', ttl: 'PT-1S' });
    await kv('Set', { key: 'stays', value: 'x', ttl: 'PT1H' });
    expect(await readKey('k')).toBeUndefined();
    expect((await kv('GetKeys', {})).outputs).toEqual({ keys: ['stays'] });
    expect(await kv('Set', { key: 'k', value: 'y', overwrite: false })).toMatchObject({ state: 'SUCCESS' });
  });

  it('are found in the namespaces above, unless one is named', async () => {
    const store = new KvStore(harness.storage);
    await store.set('a', 'k', { type: 'STRING', value: 'above', updated: '' });
    expect((await store.find('a.b.c', 'k'))?.value).toBe('above');
    await store.set('a.b', 'k', { type: 'STRING', value: 'nearer', updated: '' });
    expect((await store.find('a.b.c', 'k'))?.value).toBe('nearer');
    expect(await store.get('a.b.c', 'k')).toBeUndefined();
  });
});

describe('PurgeKV', () => {
  const fill = async () => {
    const store = new KvStore(harness.storage);
    const past = { expires: '2020-01-01T00:00:00Z' };
    for (const [namespace, key, more] of [
      ['a.b', 'old', past],
      ['a.b', 'AI_old', past],
      ['a.b', 'young', { expires: '2100-01-01T00:00:00Z' }],
      ['a.b.c', 'old', past],
      ['other', 'old', past],
      ['other', 'for-ever', {}],
    ] as const)
      await store.set(namespace, key, { type: 'STRING', value: 'x', updated: '', ...more });
    return store;
  };

  const left = async (store: KvStore) => {
    const names: string[] = [];
    for await (const { namespace, key } of store.all()) names.push(`${namespace}/${key}`);
    return names.sort();
  };

  it.each([
    [{}, 4, ['a.b/young', 'other/for-ever']],
    [{ namespaces: ['a.b'] }, 3, ['a.b/young', 'other/for-ever', 'other/old']],
    [{ namespaces: ['a.b'], includeChildNamespaces: false, keyPattern: 'AI_*' }, 1, undefined],
    [{ namespacePattern: 'oth*', expiredOnly: false }, 2, ['a.b.c/old', 'a.b/AI_old', 'a.b/old', 'a.b/young']],
    [{ namespaces: ['other'], behavior: { type: 'key', expiredOnly: false } }, 2, undefined],
  ])('%j deletes %i', async (properties, size, remaining) => {
    const store = await fill();
    expect((await kv('PurgeKV', properties)).outputs).toEqual({ size });
    const names = await left(store);
    expect(names).toHaveLength(6 - size);
    if (remaining) expect(names).toEqual(remaining);
  });

  it('says which pattern cannot be read', async () => {
    expect((await kv('PurgeKV', { keyPattern: '[a' })).failure).toMatch(/^keyPattern: .*\[a/);
  });
});

it('the function kv() reads what the task has set', async () => {
  await kv('Set', { key: 'k', value: '{{ [1] }}', namespace: 'a' });
  const execution = { namespace: 'a.b', flowId: 'f', id: 'e' } as Parameters<typeof executionServices>[0];
  const config = { secrets: {} } as Parameters<typeof executionServices>[1];
  const services = executionServices(execution, config, harness.storage, async () => []);
  expect(await services.kv?.('k')).toEqual([1]);
  expect(await services.kv?.('k', 'a.b')).toBeUndefined();
});

function spell(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}
