/** The directory that the children of a WorkingDirectory share: made before them, collected from and removed after them. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Answer } from '../engine/event.ts';
import { workingDirectory } from '../engine/flowables/working-directory.ts';
import { renderDeep, renderDeepTyped } from '../expression/index.ts';
import { findOutputs } from '../files/collect.ts';
import { writeInputFiles } from '../files/input-files.ts';
import type { TaskRun } from '../model/execution.ts';
import type { LogLevel } from '../model/flow.ts';
import { isList, isMap, type Value } from '../model/value.ts';
import { taskCacheUri, taskRunPrefix } from '../storage/uris.ts';
import { fileSources } from '../tasks/file-sources.ts';
import { copyNamespaceFiles, readNamespaceFiles } from '../tasks/scripts/namespace-files.ts';
import type { Carried } from './carried.ts';
import type { DirectoryCache } from './directory-cache.ts';

/** Makes the directory with the files that it begins with. Doing it again after a crash gives the same. */
export async function openDirectory(carried: Carried, run: TaskRun): Promise<Answer> {
  const dir = directoryOf(carried, run);
  const { inputFiles, namespaceFiles } = carried.task(run).properties;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const cache = await cacheOf(carried, run);
  await cache?.restore(dir);
  if (namespaceFiles !== undefined) await putNamespaceFiles(namespaceFiles, dir, carried, run);
  if (inputFiles !== undefined) {
    const files = await renderDeep(inputFiles, carried.renderContext(run));
    const { storage, config } = carried.environment;
    await writeInputFiles(dir, files, fileSources({ storage, config, flow: carried.state.flow }));
  }
  return { ok: true, value: {} };
}

async function putNamespaceFiles(property: Value, dir: string, carried: Carried, run: TaskRun): Promise<void> {
  const { storage } = carried.environment;
  const context = { expressions: carried.renderContext(run), flow: carried.state.flow };
  const wanted = await readNamespaceFiles(property, context);
  if (!wanted) return;
  const warnings: string[] = [];
  const log = (level: LogLevel, message: string) => level === 'WARN' && warnings.push(message);
  await copyNamespaceFiles(wanted, { storage, workDir: dir, log });
  for (const warning of warnings) await carried.warn(warning, run);
}

async function cacheOf(carried: Carried, run: TaskRun): Promise<DirectoryCache | undefined> {
  const { cache } = carried.task(run).properties;
  if (!isMap(cache)) return undefined;
  const { namespace, id } = carried.state.flow;
  const { DirectoryCache } = await import('./directory-cache.ts');
  return new DirectoryCache(cache, taskCacheUri(namespace, id, run.taskId), run.value, carried.environment.storage);
}

/** Collects the output files and keeps the cache. The directory stays until that is committed. */
export async function closeDirectory(carried: Carried, run: TaskRun): Promise<Answer> {
  const dir = directoryOf(carried, run);
  const { outputFiles } = carried.task(run).properties;
  let value = {};
  if (outputFiles !== undefined) {
    const globs = await renderDeepTyped(outputFiles, carried.renderContext(run));
    const warnings: string[] = [];
    const found = await findOutputs({
      workDir: dir,
      globs: isList(globs) ? globs.map(String) : [String(globs)],
      storagePrefix: taskRunPrefix(carried.state.execution, run.taskId, run.id),
      warn: message => warnings.push(message),
    });
    const stored: [string, string][] = [];
    for (const { key, path, uri } of found) {
      try {
        // Copied, not moved: after a crash they are looked for again.
        await carried.environment.storage.putFile(uri, join(dir, path));
        stored.push([key, uri]);
      } catch (error) {
        warnings.push(`The output file "${key}" could not be stored: ${(error as Error).message}`);
      }
    }
    for (const message of warnings) await carried.warn(message, run);
    value = { outputFiles: Object.fromEntries(stored) };
  }
  // What a kill has cut short is left as it was kept before.
  if (carried.state.execution.state.current !== 'KILLING') await (await cacheOf(carried, run))?.keep(dir);
  return { ok: true, value };
}

/** Once what was collected is committed. */
export async function removeDirectory(carried: Carried, run: TaskRun): Promise<void> {
  await rm(directoryOf(carried, run), { recursive: true, force: true });
}

/** The directory that a task run shares, if a WorkingDirectory is around it. */
export function sharedDirectory(carried: Carried, run: TaskRun): string | undefined {
  let inner = run;
  for (const parent of carried.state.ancestors(run)) {
    if (carried.task(parent).type === workingDirectory.type && inner.branch === 'tasks')
      return directoryOf(carried, parent);
    inner = parent;
  }
  return undefined;
}

function directoryOf(carried: Carried, run: TaskRun): string {
  return join(carried.workDir, run.id);
}
