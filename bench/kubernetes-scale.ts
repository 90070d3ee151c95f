/**
 * `node bench/kubernetes-scale.ts [PODS…]`: pods in flight from one worker, by default 100, 1,000 and 5,000 (10 minutes
 * on two cores), and what each costs. Needs the cluster of test/engines/kubernetes/up.sh. Writes a table with a plot to
 * docs/benchmarks.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterUnderTest } from '../test/engines/kubernetes/cluster.ts';
import { measureScale, type Scale } from '../test/kubernetes/scale/measure.ts';
import type { Goal } from './bench.ts';
import { chartsAsSvg } from './chart.ts';
import { report, writeTable } from './report.ts';

const folder = join(import.meta.dirname, '..', 'docs', 'benchmarks');
const cluster = clusterUnderTest();
if ('unavailable' in cluster || !cluster.own) throw new Error('needs the cluster of test/engines/kubernetes/up.sh');
const { own } = cluster;
const given = process.argv.slice(2).map(Number);
const seen: Scale[] = [];
for (const pods of given.length > 0 ? given : [100, 1_000, 5_000]) {
  const scale = await measureScale({ ...cluster, own }, { pods, heldMs: 60_000, lineEveryMs: 15_000 });
  const wrong = Object.entries(scale.wrong);
  if (wrong.length > 0) throw new Error(`${wrong.length} of ${pods} pods went wrong: ${wrong.slice(0, 5).join('\n')}`);
  console.log(JSON.stringify(scale));
  seen.push(scale);
}
cluster.client.close();

const cpuOf = ({ cpuMs, pods }: Scale) => cpuMs / pods;
const [fewest, most] = [seen[0], seen.at(-1)];
if (!fewest || !most) throw new Error('nothing was measured');
const goals: Goal[] = [
  { name: `${most.pods} pods in flight, memory`, value: most.maxRssMiB, limit: 600, unit: ' MiB' },
  { name: `${most.pods} pods in flight, of a core while waiting`, value: most.cpuShare * 100, limit: 20, unit: ' %' },
  { name: `${most.pods} pods in flight, connections`, value: most.mostSockets, limit: 113, unit: '' },
  {
    name: `own CPU time of a pod against ${fewest.pods} pods`,
    value: cpuOf(most) / cpuOf(fewest),
    limit: 1,
    unit: '×',
  },
];
report(
  'kubernetes-scale',
  seen.map(({ pods, cpuMs, startMs, endMs, maxRssMiB }) => ({
    name: `${pods} pods`,
    samples: [{ wallMs: startMs + endMs, cpuMs, maxRssMiB }],
  })),
  goals,
);
writeTable();

const row = (scale: Scale) =>
  `| ${[
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
writeFileSync(
  join(folder, 'kubernetes-scale.md'),
  `# Many pods from one worker

Written by \`node bench/kubernetes-scale.ts\`: the real API server and scheduler, and a simulated node with a stand-in for logs. Every pod says a line each 15 s; all were read, and all ended as they should. \`kubernetes-scale.json\` has the commit and the date.

| pods at once | worker's CPU for each | all run after | all deleted after their end | memory of the worker | of a core while all run | watches | most connections | lines |
|---|---|---|---|---|---|---|---|---|
${seen.map(row).join('\n')}

![What a pod costs, over how many there are](kubernetes-scale.svg)
`,
);
writeFileSync(
  join(folder, 'kubernetes-scale.svg'),
  chartsAsSvg([
    { title: 'worker’s CPU for each pod (ms)', points: seen.map(scale => [scale.pods, cpuOf(scale)]) },
    { title: 'wall time for each pod (ms)', points: seen.map(s => [s.pods, (s.startMs + s.endMs) / s.pods]) },
    { title: 'memory of the worker (MiB)', points: seen.map(({ pods, maxRssMiB }) => [pods, maxRssMiB]) },
  ]),
);
process.exit();
