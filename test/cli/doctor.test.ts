/** `windlass doctor`: usable or not, why, and what to do; and the sweep. */
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createRunFolder, foldersIn } from '../../src/runners/process/run-folder.ts';
import { openStore } from '../../src/store/sqlite/index.ts';
import { command } from './command.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'windlass-doctor-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

interface Report {
  readonly findings: readonly { what: string; usable?: boolean; detail: string; whatToDo?: string }[];
}

async function findings(environment: Record<string, string>, ...more: string[]) {
  const { code, out } = await command(['doctor', '--json', '--state', join(folder, 'state'), ...more], environment);
  const report = JSON.parse(out) as Report;
  return { code, about: (what: string) => report.findings.find(finding => finding.what.includes(what)) };
}

describe('what can be used', () => {
  test('an engine that is not there is named, with what to do', async () => {
    const { code, about } = await findings({ DOCKER_HOST: `unix://${folder}/no.sock` });
    expect(code).toBe(1);
    expect(about('docker.Docker')).toMatchObject({ usable: false, detail: expect.stringContaining('no.sock') });
    expect(about('docker.Docker')?.whatToDo).toBeTruthy();
    expect(about('runner.Process')).toMatchObject({ usable: true });
  });

  test('Kubernetes is no fault where nobody asked for it, and is one where the configuration does', async () => {
    const { about } = await findings({});
    expect(about('kubernetes.runner.Kubernetes')).toEqual({
      what: 'task runner io.kestra.plugin.ee.kubernetes.runner.Kubernetes',
      detail: expect.stringContaining('not configured'),
    });
    const path = join(folder, 'config.yaml');
    const defaults = '{type: io.kestra.plugin.ee.kubernetes.runner.Kubernetes, values: {namespace: team}}';
    await writeFile(path, `kestra: {plugins: {defaults: [${defaults}]}}\n`);
    const asked = await findings({}, '--config', path);
    expect(asked.about('kubernetes.runner.Kubernetes')).toMatchObject({ usable: false });
  });

  test('a kubeconfig that cannot be read is said', async () => {
    const { about } = await findings({ DOCKER_HOST: `unix://${folder}/no.sock`, KUBECONFIG: `${folder}/none` });
    expect(about('kubeconfig')).toMatchObject({ usable: false, detail: expect.stringContaining(`${folder}/none`) });
  });

  test('a state folder that is a file is said; looking makes none', async () => {
    await writeFile(join(folder, 'state'), '');
    const { about } = await findings({ DOCKER_HOST: `unix://${folder}/no.sock` });
    expect(about('state folder')).toMatchObject({ usable: false, detail: expect.stringContaining('not a folder') });
  });

  test('a state folder below a file, or where nothing can be made, is said', async () => {
    await writeFile(join(folder, 'file'), '');
    const stateOf = async (path: string) =>
      (await findings({ DOCKER_HOST: `unix://${folder}/no.sock` }, '--state', path)).about('state folder');
    expect(await stateOf(join(folder, 'file/a/b'))).toMatchObject({ usable: false });
    expect(await stateOf('/proc/windlass')).toMatchObject({ usable: false });
    expect(await stateOf(join(folder, 'a/b'))).toMatchObject({ usable: true, detail: expect.stringContaining('free') });
    expect(await readdir(folder)).toEqual(['file']);
  });

  test('a configuration that is not valid is a finding; the rest is looked at without it', async () => {
    const path = join(folder, 'config.yaml');
    await writeFile(path, 'kestra:\n  encryption: {secret-key: short}\n');
    const { code, about } = await findings({ DOCKER_HOST: `unix://${folder}/no.sock` }, '--config', path);
    expect(code).toBe(1);
    expect(about('configuration')).toMatchObject({ usable: false, detail: expect.stringContaining('base64') });
    expect(about('runner.Process')).toMatchObject({ usable: true });
  });

  test('secrets are counted, not shown', async () => {
    const secrets = join(folder, 'secrets.env');
    await writeFile(secrets, 'A=not-for-eyes\nB=2\n');
    const { about } = await findings({ DOCKER_HOST: `unix://${folder}/no.sock` }, '--secrets', secrets);
    expect(about('secrets')?.detail).toBe('2 can be read');
  });
});

describe('the sweep', () => {
  // It looks there for what killed runs of others left, too.
  beforeEach(() => vi.stubEnv('TMPDIR', folder));
  afterEach(() => vi.unstubAllEnvs());

  test('removes a run that no execution needs, and with --dry-run only names it', async () => {
    const state = join(folder, 'state');
    const store = await openStore(state);
    createRunFolder(join(state, 'runs', 'abc-0'), { runId: 'abc-0', owner: store.ownerId });
    await store.close();
    const sweep = (...more: string[]) =>
      command(['doctor', '--sweep', '--state', state, '--json', ...more], { DOCKER_HOST: `unix://${folder}/no.sock` });
    const removed = [{ runner: 'io.kestra.plugin.core.runner.Process', runId: 'abc-0' }];
    expect(JSON.parse((await sweep('--dry-run')).out)).toMatchObject({ dryRun: true, removed });
    expect(foldersIn(join(state, 'runs'))).toHaveLength(1);
    expect(JSON.parse((await sweep()).out)).toMatchObject({ dryRun: false, removed });
    expect(foldersIn(join(state, 'runs'))).toHaveLength(0);
  });
});
