/** Kestra's own packages for scripts, as they are published on npm and PyPI. What is of PyPI stays in the cache of users. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FlowHarness, outputsOf, saidBy } from './flow-harness.ts';

let harness: FlowHarness;
beforeEach(() => {
  harness = new FlowHarness();
});
afterEach(() => harness.close());

const metricsOf = (document: Awaited<ReturnType<FlowHarness['run']>>) =>
  document.metrics.map(({ name, type, value, tags }) => ({ name, type, value: Math.round(value), tags }));

it('@kestra-io/libs reports outputs, metrics and log entries', async context => {
  const folder = join(harness.base, 'node');
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{}');
  try {
    execFileSync('npm', ['install', '--silent', '--no-audit', '@kestra-io/libs@2.0.0'], { cwd: folder, stdio: 'pipe' });
  } catch (error) {
    return context.skip(`npm cannot be reached: ${(error as Error).message}`);
  }
  const ended = await harness.run(`
tasks:
  - id: node
    type: io.kestra.plugin.scripts.node.Script
    taskRunner: {type: io.kestra.plugin.core.runner.Process}
    env: {NODE_PATH: ${folder}/node_modules}
    script: |
      const Kestra = require('@kestra-io/libs');
      Kestra.outputs({ rows: 3, names: ['a', 'é'] });
      Kestra.counter('rows', 3, { table: 'a' });
      Kestra.timer('load', 1.5);
      Kestra.logger().warn('careful');
`);
  expect([ended.state.current, saidBy(ended, 'node')]).toEqual(['SUCCESS', ['WARN careful']]);
  expect(outputsOf(ended, 'node').vars).toEqual({ rows: 3, names: ['a', 'é'] });
  expect(metricsOf(ended)).toEqual([
    { name: 'rows', type: 'counter', value: 3, tags: { table: 'a' } },
    { name: 'load', type: 'timer', value: 1500, tags: {} },
  ]);
}, 60_000);

it('kestra of PyPI, named as a dependency, reports the same', async context => {
  const ended = await harness.run(`
tasks:
  - id: python
    type: io.kestra.plugin.scripts.python.Script
    taskRunner: {type: io.kestra.plugin.core.runner.Process}
    packageManager: PIP
    dependencies: [kestra==2.0.0]
    script: |
      from kestra import Kestra
      Kestra.outputs({'rows': 3, 'names': ['a', 'é']})
      Kestra.counter('rows', 3, {'table': 'a'})
      Kestra.timer('load', 1.5)
      Kestra.logger().warning('careful')
`);
  const said = saidBy(ended, 'python');
  const unreachable = said.find(line => /could not be installed.*(?:Connection|resolve|No matching)/s.test(line));
  if (unreachable !== undefined) return context.skip(`PyPI cannot be reached: ${unreachable}`);
  expect([ended.state.current, said]).toEqual(['SUCCESS', [expect.stringMatching(/^WARN .*careful$/)]]);
  expect(outputsOf(ended, 'python').vars).toEqual({ rows: 3, names: ['a', 'é'] });
  expect(metricsOf(ended)).toEqual([
    { name: 'rows', type: 'counter', value: 3, tags: { table: 'a' } },
    { name: 'load', type: 'timer', value: 1500, tags: {} },
  ]);
}, 180_000);
