/** Carries a flow out without a store and without programs: all of the way but its two ends. */
import { loadConfig } from '../config/load-config.ts';
import { flowables } from '../engine/flowables/index.ts';
import { readFlows } from '../flow/index.ts';
import { dockerDeclaration } from '../runners/docker/declaration.ts';
import { createDockerRunner } from '../runners/docker/index.ts';
import type { Run, TaskRunner } from '../runners/runner.ts';
import { openLocalStorage } from '../storage/local/index.ts';
import type { Store } from '../store/store.ts';
import { createCatalog, type RunnerRegistry } from '../tasks/registry.ts';
import { Session } from '../worker/session.ts';
import { rehearsalEngine } from './rehearsal-engine.ts';
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

/** Takes everything and keeps nothing; a single run asks for no more than this. */
function emptyStore(): Store {
  const nothing = async () => {};
  const store: Partial<Store> = {
    ownerId: 'rehearsal',
    create: async ({ execution }) => ({ executionId: execution.id, token: 1 }),
    release: nothing,
    commit: nothing,
    run: async () => undefined,
    saveRun: nothing,
    deleteRun: nothing,
    saveProgress: nothing,
    append: nothing,
    receive: async () => [],
  };
  return store as Store;
}

/** @throws Error when the flow does not end in SUCCESS */
export async function rehearse(source: string, folder: string): Promise<void> {
  const { config } = loadConfig({ env: {} });
  const { declarations } = runnerRegistry(config, {});
  // Docker's own configuration is looked for, and is nowhere.
  const env = { HOME: folder, DOCKER_CONFIG: folder };
  const docker = createDockerRunner({ env, volumeEnabled: false, http: rehearsalEngine() });
  const get = async (type: string): Promise<TaskRunner> => {
    if (type === dockerDeclaration.type) return docker;
    const declaration = declarations.find(each => each.type === type);
    if (!declaration) throw new Error(`There is no task runner ${type}.`);
    return { ...declaration, ...runner };
  };
  const catalog = createCatalog({ runners: { declarations, get }, flowables });
  const { flows } = readFlows({ name: 'rehearsal', text: source }, { catalog, pluginDefaults: [] });
  const session = new Session(
    {
      store: emptyStore(),
      storage: openLocalStorage(folder),
      config,
      catalog,
      runner: get,
      workRoot: folder,
      runRoot: folder,
      slots: 1,
      listener: {},
    },
    () => flows,
  );
  const started = await session.start({ flows, flowIndex: 0, source, inputs: {}, labels: [] });
  if ('violations' in started) throw new Error('The inputs of the rehearsal are refused.');
  const { current } = (await session.settled(started)).carried.state.execution.state;
  if (current !== 'SUCCESS') throw new Error(`The rehearsal ended in ${current}.`);
}
