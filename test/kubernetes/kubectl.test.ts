/** kubectl.Apply, Get and Delete on the real cluster. About 1 s. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readIonRows } from '../../src/expression/ion/index.ts';
import { newId } from '../../src/model/ids.ts';
import type { ValueMap } from '../../src/model/value.ts';
import { clusterUnderTest } from '../engines/kubernetes/cluster.ts';
import { type Ended, TaskHarness } from '../tasks/task-harness.ts';

const cluster = clusterUnderTest();

if ('unavailable' in cluster) {
  test.skip(`kubectl tasks: ${cluster.unavailable}`, () => {});
} else {
  const { kubeconfig, client } = cluster;
  const maps = '/api/v1/namespaces/default/configmaps';
  const label = `windlass-test=${newId().toLowerCase()}`;
  const named = encodeURIComponent(label);
  let harness: TaskHarness;
  let name: string;
  beforeEach(() => {
    harness = new TaskHarness();
    name = `windlass-${newId().toLowerCase()}`;
  });
  afterEach(async () => {
    harness.close();
    await client.expect('DELETE', `${maps}?labelSelector=${named}`);
  });

  const [key = '', value] = label.split('=');
  const metadata = (own = name) => ({ name: own, labels: { [key]: value } });
  const make = (own = name) =>
    client.expect('POST', maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata(own), data: { a: '1' } });
  const left = async (): Promise<string[]> => {
    const list = await client.expect('GET', `${maps}?labelSelector=${named}`);
    return list.items.map((item: { metadata: { name: string } }) => item.metadata.name);
  };
  const run = (task: string, properties: ValueMap): Promise<Ended> =>
    harness.run(`io.kestra.plugin.kubernetes.kubectl.${task}`, properties, {
      environment: { KUBECONFIG: kubeconfig },
    });

  describe('Get', () => {
    test.each(['configmaps', 'ConfigMap', 'cm'])('finds the kind by %s', async resourceType => {
      await make();
      const { outputs } = await run('Get', { resourceType, resourcesNames: [name], fetchType: 'FETCH_ONE' });
      expect(outputs).toMatchObject({ metadataItem: { name, namespace: 'default' }, size: 1n });
    });

    test('a kind of another group, with its status; what is not there is told', async () => {
      const { outputs, said } = await run('Get', {
        resourceType: 'deployments',
        resourcesNames: ['no-such'],
        fetchType: 'FETCH',
      });
      expect(outputs).toEqual({ metadataItems: [], statusItems: [], size: 0n });
      expect(said).toEqual(["WARN Deployment 'no-such' is not in the namespace 'default'"]);
    });

    test('all of the namespace, to a file', async () => {
      await make();
      const { outputs, metrics } = await run('Get', { resourceType: 'configmaps', fetchType: 'STORE' });
      const rows = readIonRows(await harness.storage.getText(String(outputs.uri))) as { metadata: { name: string } }[];
      expect(rows.map(row => row.metadata.name)).toContain(name);
      expect(outputs.size).toBe(BigInt(rows.length));
      expect(metrics).toMatchObject([{ name: 'fetch.size', value: rows.length }]);
    });

    test('waits for the condition Ready, and says when its time is over', async () => {
      await make();
      const { failure } = await run('Get', {
        resourceType: 'cm',
        resourcesNames: [name],
        fetchType: 'FETCH',
        waitUntilReady: 'PT0.2S',
      });
      expect(failure).toBe(`${name} was not ready within waitUntilReady`);
    });

    test('names the conditions of an object that knows no Ready', async () => {
      const { failure } = await run('Get', {
        resourceType: 'apiservices',
        resourcesNames: ['v1.'],
        waitUntilReady: 'PT0.2S',
      });
      expect(failure).toBe('v1. was not ready within waitUntilReady: it has no condition Ready, only Available');
    });
  });

  describe('Apply', () => {
    const manifest = (own: string, a: string, more: object = {}) =>
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...metadata(own), ...more }, data: { a } });
    const data = async (own = name) => (await client.expect('GET', `${maps}/${own}`)).data;

    test('creates what is not there and changes what is, a document after the other', async () => {
      const two = `${manifest(name, '1')}\n---\n${manifest(`${name}-b`, '1')}\n---\n`;
      const { outputs, said } = await run('Apply', { spec: two, namespace: 'default' });
      expect(outputs.metadata).toMatchObject([{ name, namespace: 'default' }, { name: `${name}-b` }]);
      expect(said).toEqual([`INFO Applied ConfigMap '${name}'`, `INFO Applied ConfigMap '${name}-b'`]);
      await run('Apply', { spec: manifest(name, '2') });
      expect([await data(), await data(`${name}-b`)]).toEqual([{ a: '2' }, { a: '1' }]);
    });

    test('puts objects into the namespace of the task, whatever they say', async () => {
      await run('Apply', { spec: manifest(name, '1', { namespace: 'elsewhere' }), namespace: 'default' });
      expect(await data()).toEqual({ a: '1' });
    });

    test('does not take over what another made its own', async () => {
      await make();
      const { failure } = await run('Apply', { spec: manifest(name, '2') });
      expect(failure).toContain('Apply failed with 1 conflict');
      expect(await data()).toEqual({ a: '1' });
    });

    test.each([
      ['a: [', /^The property spec, document 1 is no YAML: /],
      ['---\n', /^The property spec holds no object\.$/],
      ['text', /document 1 is no object of Kubernetes/],
      ['apiVersion: v1\nkind: ConfigMap', /document 1: metadata\.name must be a text/],
      ['{apiVersion: v1, kind: Nonsense, metadata: {name: n}}', /knows no kind Nonsense in v1/],
      ['{apiVersion: v1, kind: Service, metadata: {name: n}, spec: {ports: 1}}', /ports/],
    ])('bad input is told in words: %j', async (spec, words) => {
      const { failure } = await run('Apply', { spec });
      expect(failure).toMatch(words);
      expect(failure).not.toContain('\n');
    });
  });

  test('Delete removes what is there, and what is not is told', async () => {
    await make();
    await make(`${name}-kept`);
    const { state, said } = await run('Delete', { resourceType: 'configmap', resourcesNames: [name, 'no-such'] });
    expect([state, said]).toEqual(['SUCCESS', ["WARN ConfigMap 'no-such' is not in the namespace 'default'"]]);
    expect(await left()).toEqual([`${name}-kept`]);
  });

  test.each<[ValueMap, RegExp]>([
    [{ resourceType: 'nonsense' }, /knows no resource "nonsense"\. kubectl api-resources/],
    [{ resourceType: 'pods', waitUntilReady: 'soon' }, /^waitUntilReady: /],
    [{ resourceType: 'pods', connection: { masterUrl: 'https://127.0.0.1:1', oauthToken: 't' } }, /ECONNREFUSED/],
    [{ resourceType: 'pods', connection: { trustCerts: 'maybe' } }, /^connection\.trustCerts: must be true or false/],
  ])('bad input is told in words: %j', async (properties, words) => {
    const { failure } = await run('Get', properties);
    expect(failure).toMatch(words);
    expect(failure).not.toContain('taskRunner');
  });
}
