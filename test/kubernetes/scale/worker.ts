/**
 * The worker of the scale test, a process of its own so that its memory and time are its own: brings pods to their end
 * with our runner, all at once. Started with `fork` and a `Task` as JSON; says `Held` when asked for, and `Done`.
 */
import { subscribe } from 'node:diagnostics_channel';
import { mkdir, mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import type { ClientRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createKubernetesRunner } from '../../../src/runners/kubernetes/index.ts';
import { isLost } from '../../../src/runners/runner.ts';
import { onSimulatedNode } from '../../engines/kubernetes/simulated-node.ts';

export interface Task {
  readonly kubeconfig: string;
  readonly node: string;
  readonly owner: string;
  readonly pods: number;
}

/** What it costs while all pods run. */
export interface Held {
  /** Of one core. */
  readonly cpuShare: number;
  readonly sockets: number;
  readonly watches: number;
}

export interface Done {
  readonly cpuMs: number;
  readonly maxRssMiB: number;
  readonly mostSockets: number;
  /** Lines of all pods, by the pod's name; only those of pods that did not end with 0 or whose log is not whole. */
  readonly wrong: Readonly<Record<string, string>>;
  readonly lines: number;
}

const task = JSON.parse(process.argv[2] ?? '{}') as Task;
const never = new AbortController().signal;
const runner = createKubernetesRunner({ env: { KUBECONFIG: task.kubeconfig } });
const { nodeSelector, tolerations } = onSimulatedNode(task.node);
const config = { pullPolicy: 'NEVER', nodeSelector, podSpec: { tolerations } };

let watches = 0;
subscribe('http.client.request.start', message => {
  const { request } = message as { request: ClientRequest };
  if (!request.path.includes('watch=true')) return;
  watches += 1;
  request.once('close', () => (watches -= 1));
});

async function openSockets(): Promise<number> {
  const descriptors = await readdir('/proc/self/fd');
  const targets = await Promise.all(descriptors.map(name => readlink(`/proc/self/fd/${name}`).catch(() => '')));
  return targets.filter(target => target.startsWith('socket:')).length;
}

/** The pipe to the parent is one too. */
const before = await openSockets();
let mostSockets = 0;
const counting = setInterval(async () => {
  mostSockets = Math.max(mostSockets, (await openSockets()) - before);
}, 2_000);

process.on('message', async (ms: number) => {
  const cpu = process.cpuUsage();
  const began = performance.now();
  await sleep(ms);
  const { user, system } = process.cpuUsage(cpu);
  const held: Held = {
    cpuShare: (user + system) / 1000 / (performance.now() - began),
    sockets: (await openSockets()) - before,
    watches,
  };
  process.send?.({ held });
});

const root = await mkdtemp(join(tmpdir(), 'windlass-scale-'));
const outputDir = join(root, 'output');
await mkdir(outputDir);
const wrong: Record<string, string> = {};
let lines = 0;

async function live(index: number): Promise<void> {
  const spec = {
    runId: `${task.owner}-${index}`,
    owner: task.owner,
    labels: {},
    image: 'busybox:latest',
    argv: ['true'],
    env: {},
    workDir: root,
    outputDir,
    runDir: root,
    wanted: [],
    shared: false,
  };
  const handle = await runner.prepare(spec, config, () => {}, never);
  const run = await runner.open(handle, spec, config, never);
  if (isLost(run)) throw new Error(run.lost);
  await run.start();
  let [count, last, whole] = [0, '', true];
  for await (const batch of run.logs()) {
    for (const { text } of batch.lines) {
      count += 1;
      whole &&= text === `line ${count}` || text === 'the end';
      last = text;
    }
  }
  const outcome = await run.outcome(never);
  await run.fetch(never);
  await run.dispose();
  lines += count;
  const right = outcome.kind === 'exited' && outcome.exitCode === 0;
  if (!right || !whole || last !== 'the end')
    wrong[spec.runId] = `${JSON.stringify(outcome)} ${count} lines, the last: ${last}`;
}

await Promise.all(
  Array.from({ length: task.pods }, (_, index) =>
    live(index).catch(error => {
      wrong[index] = String(error);
    }),
  ),
);
clearInterval(counting);
await rm(root, { recursive: true });
const { user, system } = process.cpuUsage();
const done: Done = {
  cpuMs: (user + system) / 1000,
  maxRssMiB: process.resourceUsage().maxRSS / 1024,
  mostSockets,
  wrong,
  lines,
};
process.send?.({ done }, () => process.exit());
