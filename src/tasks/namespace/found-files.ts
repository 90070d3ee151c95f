/** Files of a namespace that match patterns. */
import { type ZodString, z } from 'zod';
import { GlobError } from '../../files/java-glob.ts';
import { namespaceFileUri } from '../../storage/uris.ts';
import { namespaceOf } from '../kv/properties.ts';
import { textListProperty } from '../properties.ts';
import { namespaceFileMatcher } from '../scripts/namespace-files.ts';
import { type TaskContext, TaskError } from '../task-type.ts';

export function namespaceProperty(): ZodString {
  return z.string().meta({ title: 'The namespace' });
}

export function filesProperty() {
  return z
    .union([z.string(), z.array(z.string())])
    .meta({ title: 'Patterns of the files', description: 'Such as "scripts/**".' });
}

/** URIs by path, in the order of the paths, of the files that the task's `namespace` and `files` name. */
export async function foundFiles(context: TaskContext): Promise<ReadonlyMap<string, string>> {
  const { task, expressions, flow, storage } = context;
  const namespace = await namespaceOf(task.properties.namespace, flow, expressions);
  const matches = matcherOf(await patternsOf(context));
  const folder = `${namespaceFileUri(namespace)}/`;
  const found: [string, string][] = [];
  for await (const uri of storage.list(folder)) {
    const path = decodeURIComponent(uri.slice(folder.length));
    if (matches(path)) found.push([path, uri]);
  }
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

export async function patternsOf({ task, expressions }: TaskContext): Promise<readonly string[]> {
  const { files } = task.properties;
  const list = typeof files === 'string' && !files.includes('{{') ? [files] : files;
  return textListProperty('files', list, expressions);
}

function matcherOf(patterns: readonly string[]): (path: string) => boolean {
  try {
    return namespaceFileMatcher(patterns);
  } catch (error) {
    throw error instanceof GlobError ? new TaskError(`files: ${error.message}`) : error;
  }
}
