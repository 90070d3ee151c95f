/** The flows of docs/ are flows without a problem. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { catalogFor } from '../../src/cli/catalog.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { readFlows } from '../../src/flow/index.ts';

const { config } = loadConfig({ env: {} });

it.each(['flows.md', 'inputs.md', 'runners/kubernetes.md', 'runners/kubernetes-clusters.md'])('%s', page => {
  const text = readFileSync(join(import.meta.dirname, '../../docs', page), 'utf8');
  const flows = [...text.matchAll(/```yaml\n(id:[\s\S]*?)```/g)].map(([, flow = '']) => flow);
  expect(flows.length).toBeGreaterThan(0);
  for (const flow of flows) {
    expect(readFlows({ name: page, text: flow }, { catalog: catalogFor(config, {}) }).problems).toEqual([]);
  }
});
