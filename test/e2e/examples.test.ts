/** Every file in examples/ runs and ends as it says. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { dockerUnderTest } from '../docker/engine.ts';
import { useSandbox } from './sandbox.ts';
import type { ExecutionDocument } from './tasks.ts';

const sandbox = useSandbox();
const folder = join(import.meta.dirname, '../../examples');
const engine = await dockerUnderTest();
const noEngine = 'unavailable' in engine;

interface Example {
  readonly args?: readonly string[];
  readonly state?: string;
  /** In the log, in this order. */
  readonly says: readonly string[];
  readonly needsDocker?: boolean;
}

const examples: Readonly<Record<string, Example>> = {
  'conda.yaml': { says: ['running in myCondaEnv'] },
  'containers-pipeline.yaml': { says: ['the sum is 15', 'files here 1'], needsDocker: true },
  'docker-limits.yaml': { says: ['user 1000 on', 'The container started at'], needsDocker: true },
  'errors-and-finally.yaml': {
    state: 'FAILED',
    says: ['optional ended with exit code 3', 'error lines; the last: optional ended', 'Cleaned up.'],
  },
  'etl-csv.yaml': { says: ['3 orders, 15.0 in France'] },
  'etl-parquet.yaml': { says: ["b'PAR1'", 'DE: 20.0 of 3 orders', 'FR: 15.0 of 3 orders'] },
  'files-between-tasks.yaml': { says: ['Warm today: Rome, Cairo'] },
  'first.yaml': { args: ['-i', 'name=Ada'], says: ['hello Ada', '1 line, in /'], needsDocker: true },
  'flaky-service.yaml': { says: ['try 0', 'exit code 22', 'try 1', 'try 2', 'The answer is 42'] },
  'foreach-over-files.yaml': { says: ['rome.txt has 16 bytes'] },
  'foreach.yaml': { says: ['Rome became 1: ROME'] },
  'hello.yaml': { args: ['-i', 'name=Ada'], says: ['Hello, Ada!'] },
  'inputs.yaml': { args: ['-i', 'count=3', '-i', 'data=@secrets.env'], says: ['3 green square, any time', '18 bytes'] },
  'json-config.yaml': { says: ['production: 4 workers on db.internal:5432'] },
  'languages.yaml': { says: ['shell then perl then node then python'] },
  'local-limits.yaml': { state: 'WARNING', says: ['limit of its size', 'It ended with 153'] },
  'matrix-build.yaml': { says: ['Released app-1.0-linux to app-2.0-macos'] },
  'model-training.yaml': { says: ['Deploying a model of slope 3.0'] },
  'parallel.yaml': { says: ['second, after third'] },
  'python.yaml': { says: [] },
  'quality-gate.yaml': { state: 'WARNING', says: ['Held back: rows with a wrong age: [2]'] },
  'region-subflows.yaml': { says: ['south has 5 rows'] },
  'report-with-chart.yaml': { says: ['bars 3'] },
  'retry.yaml': { says: ['attempt 1', 'attempt 2', 'attempt 3'] },
  'secrets.yaml': { args: ['--secrets', 'secrets.env'], says: ['calling with ******'] },
  'shell-backup.yaml': { says: ['files 2'] },
  'sql-models.yaml': { says: ['orders 3', 'revenue 2', 'all tests passed'] },
  'subflow.yaml': { says: ['The area is 42'] },
  'working-directory.yaml': { says: ['1 Grace', '2 Ada'] },
};

test('each is run here', () => {
  const files = readdirSync(folder).filter(name => name.endsWith('.yaml'));
  expect(files.sort()).toEqual(Object.keys(examples));
});

test.each(Object.entries(examples))('%s', async (name, { args = [], state = 'SUCCESS', says, needsDocker }) => {
  if (needsDocker && noEngine) return console.log(`skipped: ${name} needs a Docker engine`);
  sandbox().write('secrets.env', 'API_TOKEN=letmein\n');
  const document = await sandbox().json<ExecutionDocument>('run', join(folder, name), ...args);
  expect(document.state.current).toBe(state);
  const log = document.logs.map(({ message }) => message).join('\n');
  expect(log).toMatch(new RegExp(says.map(RegExp.escape).join('[\\s\\S]*')));
  expect(log).not.toContain('letmein');
});
