/** The files in examples/docker run, or for a private registry say why they cannot here. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dockerUnderTest, docker as engineCommand } from '../docker/engine.ts';
import { useSandbox } from './sandbox.ts';
import type { ExecutionDocument } from './tasks.ts';

const sandbox = useSandbox();
const folder = join(import.meta.dirname, '../../examples/docker');
const engine = await dockerUnderTest();
if ('unavailable' in engine) console.warn(`SKIPPED: examples of Docker: ${engine.unavailable}`);

const config = `kestra:
  plugins:
    configurations:
      - type: io.kestra.plugin.scripts.runner.docker.Docker
        values: {volume-enabled: true}
`;

const examples: Readonly<Record<string, readonly [RegExp, ...string[]]>> = {
  'bind-mount.yaml': [/a folder of the machine/, '--config', 'config.yaml'],
  'files.yaml': [/^3 lines, counted by (.*@)?sha256:[0-9a-f]{64}$/m],
  'left-running.yaml': [/is served by [0-9a-f]{64}/],
  'limits.yaml': [/MemTotal/],
  'network-and-gpu.yaml': [/10\.0\.0\.9\s+database[\s\S]*256/],
  'private-registry.yaml': [/The image 127\.0\.0\.1:1\/team\/app:1 is not available/, '-i', 'registry=127.0.0.1:1'],
};

test('each is run here', () => {
  expect(readdirSync(folder).sort()).toEqual(Object.keys(examples));
});

describe.skipIf('unavailable' in engine)('an example', () => {
  test.each(Object.entries(examples))('%s', async (name, [says, ...args]) => {
    sandbox().write('config.yaml', config);
    sandbox().write('secrets.env', 'REGISTRY_PASSWORD=letmein\n');
    const { out } = await sandbox().run(['run', join(folder, name), '--json', '--secrets', 'secrets.env', ...args]);
    const document = JSON.parse(out) as ExecutionDocument;
    if (name === 'left-running.yaml') {
      const server = document.taskRunList.find(run => run.taskId === 'server')?.outputs?.taskRunner;
      await engineCommand('rm', '-fv', (server as { containerId: string }).containerId);
    }
    expect(document.state.current).toBe(name === 'private-registry.yaml' ? 'FAILED' : 'SUCCESS');
    expect(document.logs.map(({ message }) => message).join('\n')).toMatch(says);
    expect(out).not.toContain('letmein');
  });
});
