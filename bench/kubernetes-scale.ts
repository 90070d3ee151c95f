/** Pods in flight from one worker, and what each costs. Writes a table with a plot to docs/benchmarks. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterUnderTest } from '../test/engines/kubernetes/cluster.ts';
import { measureScale, type Scale } from '../test/kubernetes/scale/measure.ts';
import type { Goal, SingleBench } from './bench.ts';
import { chartsAsSvg } from './chart.ts';

const folder = join(import.meta.dirname, '..', 'docs', 'benchmarks');
const counts = [100, 1_000, 5_000];

export const kubernetesScale: SingleBench = {
  needs: 'kubernetes',
  long: '10 minutes, up to 5,000 pods; the tests hold 500',
  async measure() {
    const seen = await scales();
    writeFileSync(join(folder, 'kubernetes-scale.md'), tableOf(seen));
    writeFileSync(join(folder, 'kubernetes-scale.svg'), plotOf(seen));
    const measured = seen.map(({ pods, cpuMs, startMs, endMs, maxRssMiB }) => ({
      name: `${pods} pods`,
      samples: [{ wallMs: startMs + endMs, cpuMs, maxRssMiB }],
    }));
    return { measured, goals: goalsOf(seen) };
  },
};

async function scales(): Promise<Scale[]> {
  const cluster = clusterUnderTest();
  if ('unavailable' in cluster || !cluster.own) throw new Error('needs the cluster of test/engines/kubernetes/up.sh');
  const { own } = cluster;
  const seen: Scale[] = [];
  for (const pods of counts) {
    const scale = await measureScale({ ...cluster, own }, { pods, heldMs: 60_000, lineEveryMs: 15_000 });
    const wrong = Object.values(scale.wrong);
    if (wrong.length > 0)
      throw new Error(`${wrong.length} of ${pods} pods went wrong: ${wrong.slice(0, 5).join('\n')}`);
    seen.push(scale);
  }
  cluster.client.close();
  return seen;
}

const cpuOf = ({ cpuMs, pods }: Scale) => cpuMs / pods;

function goalsOf(seen: readonly Scale[]): Goal[] {
  const [fewest, most] = [seen[0], seen.at(-1)];
  if (!fewest || !most) return [];
  const inFlight = `${most.pods} pods in flight`;
  return [
    { name: `${inFlight}, memory`, value: most.maxRssMiB, limit: 600, unit: ' MiB' },
    { name: `${inFlight}, of a core while waiting`, value: most.cpuShare * 100, limit: 20, unit: ' %' },
    { name: `${inFlight}, connections`, value: most.mostSockets, limit: 113, unit: '' },
    {
      name: `own CPU time of a pod against ${fewest.pods} pods`,
      value: cpuOf(most) / cpuOf(fewest),
      limit: 1,
      unit: '×',
    },
  ];
}

function rowOf(scale: Scale): string {
  return `| ${[
    scale.pods.toLocaleString('en'),
    `${cpuOf(scale).toFixed(1)} ms`,
    `${(scale.startMs / 1000).toFixed(0)} s`,
    `${(scale.endMs / 1000).toFixed(0)} s`,
    `${scale.maxRssMiB.toFixed(0)} MiB`,
    `${(scale.cpuShare * 100).toFixed(1)} %`,
    scale.watches,
    scale.mostSockets,
    scale.lines.toLocaleString('en'),
  ].join(' | ')} |`;
}

function tableOf(seen: readonly Scale[]): string {
  return `# Many pods from one worker

Written by \`node bench/run.ts --full kubernetes-scale\`: the real API server and scheduler, and a simulated node with a stand-in for logs. Every pod says a line each 15 s; all were read, and all ended as they should. \`kubernetes-scale.json\` has the commit and the date.

| pods at once | worker's CPU for each | all run after | all deleted after their end | memory of the worker | of a core while all run | watches | most connections | lines |
|---|---|---|---|---|---|---|---|---|
${seen.map(rowOf).join('\n')}

![What a pod costs, over how many there are](kubernetes-scale.svg)
`;
}

function plotOf(seen: readonly Scale[]): string {
  return chartsAsSvg([
    { title: 'worker’s CPU for each pod (ms)', points: seen.map(scale => [scale.pods, cpuOf(scale)]) },
    { title: 'wall time for each pod (ms)', points: seen.map(s => [s.pods, (s.startMs + s.endMs) / s.pods]) },
    { title: 'memory of the worker (MiB)', points: seen.map(({ pods, maxRssMiB }) => [pods, maxRssMiB]) },
  ]);
}
