/** `taskCache`: the outputs of a task, taken again while its definition renders to the same. */
import { createHash } from 'node:crypto';
import { renderDeep, variablesOf } from '../expression/index.ts';
import { parseDuration } from '../model/duration.ts';
import type { TaskResult } from '../model/execution.ts';
import { parseJson, writeJson } from '../model/json.ts';
import { isList, isMap, type Value, type ValueMap } from '../model/value.ts';
import { NotFoundError } from '../storage/storage.ts';
import { fileUri, taskCacheUri } from '../storage/uris.ts';
import type { RunnableTaskType, TaskContext } from '../tasks/task-type.ts';

/**
 * Runs a task, or gives what it gave before: of the same flow, task and iteration value, with the same type and rendered
 * properties, no longer ago than its `ttl`. Its files are kept with it, and copied to files of this task run.
 */
export async function runCached(type: RunnableTaskType, context: TaskContext): Promise<TaskResult> {
  const { cache } = context.task;
  const folder = cache && (await folderOf(context));
  if (!cache || folder === undefined) return type.run(context);
  const kept = await keptOutputs(folder, cache.ttl, context);
  if (kept) {
    context.log(
      'INFO',
      `Skipping task execution for task '${context.task.id}' as there is an existing cache entry for it`,
    );
    return { state: 'SUCCESS', outputs: kept };
  }
  const result = await type.run(context);
  if (result.state === 'SUCCESS') await keep(folder, result.outputs, context);
  return result;
}

/** Where the outputs are kept; undefined when the definition cannot be rendered beforehand. */
async function folderOf({ task, taskRun, flow, expressions }: TaskContext): Promise<string | undefined> {
  const anywhere = variablesOf({ workingDir: '', outputDir: '', outputFiles: {} }, expressions.variables);
  let rendered: Value;
  try {
    rendered = await renderDeep(task.properties, { ...expressions, variables: anywhere });
  } catch {
    return undefined;
  }
  const digest = createHash('sha256')
    .update(writeJson([task.type, rendered, taskRun.value ?? null]))
    .digest('hex');
  return `${taskCacheUri(flow.namespace, flow.id, task.id)}/${digest}`;
}

async function keptOutputs(
  folder: string,
  ttl: string | undefined,
  { storage, storagePrefix }: TaskContext,
): Promise<ValueMap | undefined> {
  try {
    const entry = parseJson(await storage.getText(`${folder}/outputs.json`));
    if (!isMap(entry) || !isMap(entry.outputs)) return undefined;
    if (ttl !== undefined && Date.parse(String(entry.date)) + parseDuration(ttl) < Date.now()) return undefined;
    const files = `${folder}/files/`;
    const outputs = await eachUri(entry.outputs, async uri => {
      if (!uri.startsWith(files)) return uri;
      const target = fileUri(storagePrefix, decodeURIComponent(uri.slice(files.length)));
      await storage.put(target, await storage.get(uri));
      return target;
    });
    return outputs as ValueMap;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

async function keep(folder: string, outputs: ValueMap, { storage, storagePrefix }: TaskContext): Promise<void> {
  await storage.deletePrefix(folder);
  const own = `${storagePrefix}/`;
  const kept = await eachUri(outputs, async uri => {
    if (!uri.startsWith(own)) return uri;
    const target = fileUri(`${folder}/files`, decodeURIComponent(uri.slice(own.length)));
    await storage.put(target, await storage.get(uri));
    return target;
  });
  // Last, so that an entry is whole.
  await storage.put(`${folder}/outputs.json`, writeJson({ date: new Date().toISOString(), outputs: kept }));
}

/** The value with every storage URI in it replaced. */
async function eachUri(value: Value, replaced: (uri: string) => Promise<string>): Promise<Value> {
  if (typeof value === 'string') return value.startsWith('kestra://') ? replaced(value) : value;
  if (isList(value)) return Promise.all(value.map(item => eachUri(item, replaced)));
  if (!isMap(value)) return value;
  const entries = Object.entries(value).map(async ([key, item]) => [key, await eachUri(item, replaced)] as const);
  return Object.fromEntries(await Promise.all(entries));
}
