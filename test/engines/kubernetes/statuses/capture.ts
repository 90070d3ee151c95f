/**
 * Brings pods of a real cluster into every state we know how to bring about, and writes what the API server says of
 * each to test/kubernetes/statuses/<scenario>.json:
 *
 *     node test/engines/kubernetes/statuses/capture.ts [SCENARIO…]
 *
 * Stops parts of the cluster, so only for one of up.sh that nobody else uses. Takes some 3 minutes, most of it for
 * what the cluster does when a node is gone. Exit 1 when a state was not reached in its time.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject, WatchEvent } from '../client.ts';
import { clusterUnderTest } from '../cluster.ts';
import { companions } from './companions.ts';
import { endings } from './endings.ts';
import { nodeFaults } from './node-faults.ts';
import { removals } from './removals.ts';
import type { Scenario, Stage } from './scenario.ts';
import { starts } from './starts.ts';

/** ms until a state that is not reached is given up; garbage collection of a lost node's pods takes 60 s. */
const patience = 120_000;

const folder = join(import.meta.dirname, '../../../kubernetes/statuses');
const cluster = clusterUnderTest();
if ('unavailable' in cluster) throw new Error(cluster.unavailable);
if (!cluster.own) throw new Error('parts of the cluster are stopped: take one of up.sh');
const { client } = cluster;
const namespace = 'statuses';
const pods = `/api/v1/namespaces/${namespace}/pods`;

const events: WatchEvent[] = [];
const listeners = new Set<(event: WatchEvent) => void>();
const done = new AbortController();

const seen: Stage['seen'] = (name, condition) => {
  const fits = ({ type, object }: WatchEvent): boolean => object.metadata.name === name && condition(object, type);
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      listeners.delete(listen);
    };
    const listen = (event: WatchEvent): void => {
      if (!fits(event)) return;
      settle();
      resolve(event.object);
    };
    const timer = setTimeout(() => {
      settle();
      const last = events.findLast(event => event.object.metadata.name === name)?.object.status;
      reject(new Error(`${name}: not seen within ${patience / 1000} s; the last was ${JSON.stringify(last)}`));
    }, patience);
    listeners.add(listen);
    for (const event of events) listen(event);
  });
};
const stage: Stage = { client, pods, seen };

/** Who managed which field, and when, says nothing about the pod and is half of it. */
function withoutManagement(object: KubernetesObject): KubernetesObject {
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

async function capture(scenario: Scenario, version: string): Promise<void> {
  const { name, what, spec } = scenario;
  await scenario.beforehand?.();
  try {
    await client.expect('POST', pods, { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });
    const reached = seen(name, scenario.until);
    const [object] = await Promise.all([reached, scenario.meanwhile?.(stage)]);
    const record = { what, kubernetes: version, pod: withoutManagement(object) };
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(record, null, 2)}\n`);
    console.log(`${name}: ${what}`);
  } finally {
    await scenario.afterwards?.(stage);
    await client.call('DELETE', `${pods}/${name}?gracePeriodSeconds=0`);
  }
}

const asked = process.argv.slice(2);
const isAsked = ({ name }: Scenario): boolean => asked.length === 0 || asked.includes(name);

mkdirSync(folder, { recursive: true });
await client.expect('POST', '/api/v1/namespaces', { metadata: { name: namespace } });
const failures: unknown[] = [];
try {
  while ((await client.call('GET', `/api/v1/namespaces/${namespace}/serviceaccounts/default`)).code !== 200) {
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  const version = String((await client.expect('GET', '/version')).gitVersion);
  const watching = client.watch(
    pods,
    event => {
      events.push(event);
      for (const listen of listeners) listen(event);
    },
    done.signal,
  );
  const attempt = (scenario: Scenario): Promise<void> =>
    capture(scenario, version).catch(error => void failures.push(error));
  await Promise.all([...endings, ...starts, ...companions, ...removals].filter(isAsked).map(attempt));
  for (const scenario of nodeFaults.filter(isAsked)) await attempt(scenario);
  done.abort();
  await watching;
} finally {
  await client.expect('DELETE', `/api/v1/namespaces/${namespace}`);
  client.close();
}
for (const failure of failures) console.error(failure instanceof Error ? failure.message : failure);
process.exitCode = failures.length > 0 ? 1 : 0;
