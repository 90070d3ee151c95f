/** Thousands of pods in flight from one worker, against the real API server and scheduler and a simulated node. */
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OwnCluster, TestCluster } from '../../engines/kubernetes/cluster.ts';
import { SimulatedNode } from '../../engines/kubernetes/simulated-node.ts';
import { podsOf, removePodsOf } from '../cluster.ts';
import { GrowingLogs } from '../growing-logs.ts';
import type { Done, Held, Task } from './worker.ts';

export interface Scale extends Done, Held {
  readonly pods: number;
  /** From the first creation until the last pod ran. */
  readonly startMs: number;
  /** From the word that all may end until the last was deleted. */
  readonly endMs: number;
  /** Pods that are still there afterwards. */
  readonly left: number;
}

export interface ScaleOptions {
  readonly pods: number;
  /** How long the worker is watched while all pods run (ms). */
  readonly heldMs: number;
  /** Each pod says a line at its beginning, at its end, and every … between (ms). */
  readonly lineEveryMs: number;
}

/** The node of our cluster has the address that the certificate for the stand-in's logs is for. */
async function nodeAddress({ client }: TestCluster): Promise<string> {
  const { items } = await client.expect('GET', '/api/v1/nodes');
  for (const { status } of items) {
    for (const { type, address } of status.addresses ?? []) if (type === 'InternalIP') return address;
  }
  throw new Error('no node of the cluster has an address');
}

export async function measureScale(
  cluster: TestCluster & { readonly own: OwnCluster },
  { pods, heldMs, lineEveryMs }: ScaleOptions,
): Promise<Scale> {
  const owner = `scale-${randomBytes(4).toString('hex')}`;
  const { client, kubeconfig, own } = cluster;
  const address = await nodeAddress(cluster);
  const node = new SimulatedNode(client, owner, 'held');
  const logs = new GrowingLogs(pod => {
    const times = node.times.get(pod);
    return times && { ...times, everyMs: lineEveryMs };
  });
  const server = createServer(
    { cert: readFileSync(own.kubeletCertificate), key: readFileSync(own.kubeletKey) },
    (request, response) => logs.answer(request, response),
  );
  await new Promise<void>(resolve => server.listen(0, address, resolve));
  await node.start(10_000, { address, port: (server.address() as AddressInfo).port });
  const task: Task = { kubeconfig, node: node.name, owner, pods };
  const worker = fork(join(import.meta.dirname, 'worker.ts'), [JSON.stringify(task)]);
  const heard = { held: Promise.withResolvers<Held>(), done: Promise.withResolvers<Done>() };
  worker.on('message', (said: { held?: Held; done?: Done }) => {
    if (said.held) heard.held.resolve(said.held);
    if (said.done) heard.done.resolve(said.done);
  });
  worker.once('exit', code => {
    for (const { reject } of Object.values(heard)) reject(new Error(`the worker ended with code ${code}`));
  });
  for (const { promise } of Object.values(heard)) promise.catch(() => {});
  try {
    const began = performance.now();
    while (node.times.size < pods) await Promise.race([sleep(100), heard.done.promise]);
    const startMs = performance.now() - began;
    // Until the last words about the beginning have been heard.
    await sleep(Math.min(10_000, 2_000 + pods));
    worker.send(heldMs);
    const held = await heard.held.promise;
    const released = performance.now();
    node.release();
    const done = await heard.done.promise;
    const endMs = performance.now() - released;
    const left = (await podsOf(client, owner)).length;
    return { pods, startMs, endMs, left, ...held, ...done };
  } finally {
    worker.kill();
    await removePodsOf(client, owner);
    await node.end();
    server.closeAllConnections();
    await new Promise(resolve => server.close(resolve));
  }
}
