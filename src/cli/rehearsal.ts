/** Carries a flow out without a database and without programs: all of the way but its two ends. */
import { join } from 'node:path';
import { loadConfig } from '../config/load-config.ts';
import { flowables } from '../engine/flowables/index.ts';
import { readFlows } from '../flow/index.ts';
import { dockerDeclaration } from '../runners/docker/declaration.ts';
import { createDockerRunner } from '../runners/docker/index.ts';
import type { Run, TaskRunner } from '../runners/runner.ts';
import { openLocalStorage } from '../storage/local/index.ts';
import { openStore } from '../store/sqlite/index.ts';
import { createCatalog, type RunnerRegistry } from '../tasks/registry.ts';
import { Session } from '../worker/session.ts';
import { exitCode } from './exit-code.ts';
import { Reporter, reportEnd } from './follow.ts';
import type { Output } from './output.ts';
import { rehearsalSqlite } from './rehearsal-database.ts';
import { openRehearsalEngine } from './rehearsal-engine.ts';
import { runnerRegistry } from './runners.ts';

/** Programs that say a line and succeed. */
const run: Run = {
  start: async () => {},
  async *logs() {
    yield { lines: [{ stream: 'stdout', time: Date.now(), text: 'hi' }], cursor: null };
  },
  outcome: async () => ({ kind: 'exited', exitCode: 0 }),
  fetch: async () => {},
  stop: async () => {},
  dispose: async () => {},
};

const runner: Omit<TaskRunner, keyof RunnerRegistry['declarations'][number]> = {
  capabilities: { needsImage: false, separateStreams: true, memoryLimit: false, inheritsEnvironment: false },
  probe: async () => ({ usable: true, detail: '' }),
  paths: ({ workDir, outputDir }) => ({ workingDir: workDir, outputDir }),
  prepare: async ({ runId }) => ({ runner: 'rehearsal', version: 1, runId, data: {} }),
  open: async () => run,
  async *list() {},
  remove: async () => {},
};

/** Nobody's: who it is that runs the rehearsal must not be kept in the snapshot. */
const identity = { host: '', bootId: '', pid: 0, startTime: '' };

/** @throws Error when the flow does not end in SUCCESS */
export async function rehearse(source: string, folder: string, output: Output): Promise<void> {
  const { config } = loadConfig({ env: {} });
  const { declarations } = runnerRegistry(config, {});
  // Docker's own configuration is looked for, and is nowhere.
  const path = join(folder, 'engine.sock');
  const env = { HOME: folder, DOCKER_CONFIG: folder, DOCKER_HOST: `unix://${path}` };
  const close = await openRehearsalEngine(path);
  const docker = createDockerRunner({ env, volumeEnabled: false });
  const get = async (type: string): Promise<TaskRunner> => {
    if (type === dockerDeclaration.type) return docker;
    const declaration = declarations.find(each => each.type === type);
    if (!declaration) throw new Error(`There is no task runner ${type}.`);
    return { ...declaration, ...runner };
  };
  const catalog = createCatalog({ runners: { declarations, get }, flowables });
  const { flows } = readFlows({ name: 'rehearsal', text: source }, { catalog, pluginDefaults: [] });
  const store = await openStore(folder, { identity, sqlite: rehearsalSqlite, allowNetworkFileSystem: true });
  const storage = openLocalStorage(folder);
  const listener = new Reporter(output, {});
  const session = new Session(
    {
      store,
      storage,
      config,
      catalog,
      runner: get,
      workRoot: folder,
      runRoot: folder,
      slots: 1,
      listener,
    },
    () => flows,
  );
  const started = await session.start({ flows, flowIndex: 0, source, inputs: {}, labels: [] });
  if ('violations' in started) throw new Error('The inputs of the rehearsal are refused.');
  const settled = await session.settled(started);
  const workspace = { dir: folder, store, storage, session: () => session, close: () => store.close() };
  const code = await reportEnd(settled, workspace, output, {});
  await workspace.close();
  await close();
  if (code !== exitCode.success) throw new Error('The rehearsal failed.');
}
