/** One state folder, opened: the store, the storage, and what runs tasks. Everything is put together here. */
import { rmSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { Config } from '../config/config.ts';
import { readFlows } from '../flow/index.ts';
import type { Catalog } from '../model/catalog.ts';
import type { Flow } from '../model/flow.ts';
import { openLocalStorage } from '../storage/local/index.ts';
import type { Storage } from '../storage/storage.ts';
import { openStore, storeExists } from '../store/sqlite/index.ts';
import type { Store } from '../store/store.ts';
import type { ExecutionListener } from '../worker/execution-environment.ts';
import { Session } from '../worker/session.ts';
import { catalogFor } from './catalog.ts';
import { defaultStateFolder } from './state-folder.ts';
import { makeTemporaryState } from './temporary-state.ts';

export interface WorkspaceOptions {
  /** The state folder; `.windlass` in the working folder where it is not given. */
  readonly state?: string;
  /** Keep nothing: a private temporary folder, removed at the end. */
  readonly ephemeral?: boolean;
  /** How many tasks run at once; Kestra's default, but 16 at least, where it is not given. */
  readonly workerThread?: number;
}

export interface Workspace {
  readonly dir: string;
  readonly store: Store;
  readonly storage: Storage;
  session(config: Config, environment: NodeJS.ProcessEnv, listener: ExecutionListener): Session;
  /** Closes the store, and removes an ephemeral folder. */
  close(): Promise<void>;
}

/**
 * With so many tasks at once memory is dearer than time. V8 lets its heap more than double before it looks what of it
 * is still needed: 1,500 pods took 258 MiB. They take 195 MiB where it may grow by 30 %, for a sixth more CPU time at most.
 */
const manySlots = 500;

/** For work on what is kept: undefined where there is no state folder, and none is made. @throws StoreError */
export async function openKept(options: Omit<WorkspaceOptions, 'ephemeral'>): Promise<Workspace | undefined> {
  return storeExists(stateFolder(options)) ? openWorkspace(options) : undefined;
}

/** Where a workspace is opened. A state folder need not be there yet, and its storage can be read all the same. */
export interface Place {
  readonly dir: string;
  readonly storage: Storage;
  /** Removes an ephemeral folder. */
  leave(): void;
}

/** Makes nothing but the folder of an ephemeral workspace. @throws StoreError */
export async function placeOf(options: WorkspaceOptions): Promise<Place> {
  const dir = options.ephemeral ? await makeTemporaryState() : stateFolder(options);
  return {
    dir,
    storage: openLocalStorage(join(dir, 'storage')),
    leave() {
      // At once rather than one thread's answer after the other: nothing else is left to do.
      if (options.ephemeral) rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** @throws StoreError */
export async function openWorkspace(options: WorkspaceOptions, place?: Place): Promise<Workspace> {
  const { dir, storage, leave } = place ?? (await placeOf(options));
  const store = await openStore(dir, { ephemeral: options.ephemeral ?? false });
  const outside = new Set<string>();
  return {
    dir,
    store,
    storage,
    session(config, environment, listener) {
      const slots = options.workerThread ?? Math.max(16, 8 * availableParallelism());
      if (slots >= manySlots) setFlagsFromString('--heap-growing-percent=30');
      const runRoot = join(dir, 'runs');
      const catalog = catalogFor(config, environment, runRoot);
      const work = workRoot(dir, config, store.ownerId);
      if (!work.startsWith(`${dir}/`)) outside.add(work);
      return new Session(
        {
          store,
          storage,
          config,
          catalog,
          runner: catalog.runnerOf,
          workRoot: work,
          runRoot,
          slots,
          listener,
        },
        source => storedFlows(source, catalog, config),
      );
    },
    async close() {
      await store.close();
      // Where another process of this state folder still works, it is not empty, and stays.
      for (const folder of outside) await rmdir(folder).catch(() => {});
      leave();
    },
  };
}

function stateFolder({ state = defaultStateFolder }: WorkspaceOptions): string {
  return resolve(state);
}

/** A source that was accepted once; plugin defaults may have changed since, so problems are not looked at again. */
function storedFlows(source: string, catalog: Catalog, config: Config): readonly Flow[] {
  return readFlows({ name: 'stored', text: source }, { catalog, pluginDefaults: config.pluginDefaults }).flows;
}

/**
 * Where working directories are made. Flows write `{{ workingDir }}` without quotes, so a state folder whose path a
 * shell would split or expand is not used for them.
 */
function workRoot(dir: string, config: Config, ownerId: string): string {
  if (config.tmpDir !== undefined) return join(config.tmpDir, ownerId);
  return /^[\w./@%+=:,-]+$/.test(dir) ? join(dir, 'work') : join(tmpdir(), `windlass-work-${ownerId}`);
}
