/** `doctor --sweep` removes a container on an engine that only a task named. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { dockerDeclaration } from '../../src/runners/docker/declaration.ts';
import { openStore } from '../../src/store/sqlite/index.ts';
import { command } from '../cli/command.ts';
import { docker, dockerUnderTest, testHost, testImage } from './engine.ts';

const real = await dockerUnderTest();
if ('unavailable' in real) console.warn(`SKIPPED: Docker: ${real.unavailable}`);

describe.skipIf('unavailable' in real)('doctor --sweep', () => {
  let folder = '';

  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  test('finds what an ended execution left on an engine that its task named', async () => {
    folder = await mkdtemp(join(tmpdir(), 'windlass-sweep-'));
    // The sweep looks there for what killed processes left; in the machine's own it would find other tests'.
    vi.stubEnv('TMPDIR', folder);
    const [flow, state] = [join(folder, 'flow.yaml'), join(folder, 'state')];
    await writeFile(flow, 'id: f\nnamespace: a.b\ntasks: [{id: l, type: io.kestra.plugin.core.log.Log, message: x}]\n');
    expect((await command(['run', flow, '--state', state])).code).toBe(0);
    const runId = `s${Date.now().toString(36)}-0`;
    const labels = ['--label', `windlass.run=${runId}`];
    const id = await docker('create', '--name', `windlass-${runId}`, ...labels, '--network', 'none', testImage, 'true');
    const store = await openStore(state);
    const [execution] = await store.list();
    const claim = execution && (await store.claim(execution.id, { ended: true }));
    if (!claim) throw new Error('there is no ended execution');
    const handle = { runner: dockerDeclaration.type, version: 1, runId, data: { containerId: id, host: testHost } };
    await store.saveRun(claim, { taskRunId: runId.slice(0, -2), attempt: 0, vars: {}, handle });
    await store.release(claim);
    await store.close();

    const env = { DOCKER_HOST: `unix://${folder}/no-engine.sock` };
    const sweep = async (...more: string[]) =>
      JSON.parse((await command(['doctor', '--sweep', '--state', state, '--json', ...more], env)).out);
    const removed = [{ runner: dockerDeclaration.type, runId }];
    expect(await sweep('--dry-run')).toMatchObject({ removed });
    expect(await docker('inspect', '--format', '{{.Id}}', id)).toBe(id);
    expect(await sweep()).toMatchObject({ removed });
    await expect(docker('inspect', id)).rejects.toThrow(/no such object/i);
    expect(await sweep()).toMatchObject({ removed: [] });
  });
});
