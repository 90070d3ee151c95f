/** Containers without a record, as a process leaves them that is killed in the wrong moment: two state folders, one engine. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { docker, dockerUnderTest, mainEngine, testImage } from '../docker/engine.ts';

const run = promisify(execFile);
const real = await dockerUnderTest();
if ('unavailable' in real) console.warn(`SKIPPED: Docker: ${real.unavailable}`);
const main = join(import.meta.dirname, '../../src/main.ts');

describe.skipIf('unavailable' in real)('windlass clean', () => {
  let folders: string[] = [];
  let made: string[] = [];

  afterEach(async () => {
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
    if (made.length > 0) await docker('rm', '-fv', ...made);
    [folders, made] = [[], []];
  });

  async function windlass(folder: string, ...args: string[]): Promise<string> {
    const env = { ...process.env, ...mainEngine.env };
    return (
      await run(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args, '--state', folder], { env })
    ).stdout;
  }

  /** A state folder with one ended execution; its owner's name and the execution's id. */
  async function project(): Promise<{ readonly folder: string; readonly owner: string; readonly execution: string }> {
    const folder = await mkdtemp(join(tmpdir(), 'windlass-orphans-'));
    folders.push(folder);
    const flow = join(folder, 'flow.yaml');
    await writeFile(
      flow,
      `id: f\nnamespace: a.b\ntasks:\n  - id: t\n    type: io.kestra.plugin.scripts.shell.Commands\n    containerImage: ${testImage}\n    taskRunner:\n      type: io.kestra.plugin.scripts.runner.docker.Docker\n      delete: false\n    commands: [echo hi]\n`,
    );
    const ended = JSON.parse(await windlass(folder, 'run', flow, '--json', '--quiet')) as { id: string };
    const kept = await docker('ps', '-aq', '--no-trunc', '--filter', `label=kestra.io/execution-id=${ended.id}`);
    made.push(kept);
    const owner = await docker('inspect', '--format', '{{index .Config.Labels "windlass.owner"}}', kept);
    return { folder, owner, execution: ended.id };
  }

  async function container(name: string, labels: Record<string, string>): Promise<string> {
    const given = Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]);
    const id = await docker('run', '--detach', '--network', 'none', '--name', name, ...given, testImage, 'sleep', '60');
    made.push(id);
    return id;
  }

  test('removes what nobody answers for; not another store’s, not what is kept, not what does not say whose it is', async () => {
    const [ours, theirs] = [await project(), await project()];
    const labels = ({ owner, execution }: typeof ours, runId: string) => ({
      'windlass.owner': owner,
      'windlass.run': runId,
      'kestra.io/execution-id': execution,
    });
    const unique = Date.now().toString(36);
    const orphan = await container(`windlass-o1-${unique}-0`, labels(ours, `o1-${unique}-0`));
    const unknown = await container(`windlass-o2-${unique}-0`, {
      ...labels(ours, `o2-${unique}-0`),
      'kestra.io/execution-id': 'gone',
    });
    const foreign = await container(`windlass-o3-${unique}-0`, labels(theirs, `o3-${unique}-0`));
    const silent = await container(`windlass-o4-${unique}-0`, {
      'windlass.owner': ours.owner,
      'windlass.run': `o4-${unique}-0`,
    });
    await windlass(ours.folder, 'clean', '--older', '1d');
    const there = (await docker('ps', '-aq', '--no-trunc')).split('\n');
    const kept = made.filter(id => id !== orphan && id !== unknown);
    expect(made.filter(id => there.includes(id))).toEqual(kept);
    expect(kept).toContain(foreign);
    expect(kept).toContain(silent);
    made = kept;
  });
});
