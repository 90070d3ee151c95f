/** Files of a namespace, copied into a task's working directory. */
import { writeInputFiles } from '../../files/input-files.ts';
import { compileGlobs } from '../../files/java-glob.ts';
import { isList, isMap, type Value } from '../../model/value.ts';
import { namespaceFileUri } from '../../storage/uris.ts';
import { flagProperty, textListProperty } from '../properties.ts';
import { type TaskContext, TaskError } from '../task-type.ts';

/** What `namespaceFiles` asks for, rendered; undefined when nothing is asked for. */
export interface NamespaceFiles {
  readonly namespaces: readonly string[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export async function readNamespaceFiles(
  property: Value | undefined,
  context: TaskContext,
): Promise<NamespaceFiles | undefined> {
  const { expressions } = context;
  const given = isMap(property) ? property : { enabled: property ?? false };
  if (!(await flagProperty('namespaceFiles.enabled', given.enabled, true, expressions))) return undefined;
  for (const name of ['folderPerNamespace', 'ifExists']) {
    const value = given[name];
    if (value !== undefined && value !== false && value !== 'OVERWRITE') {
      throw new TaskError(`namespaceFiles.${name}: ${String(value)} is not built yet; leave it out.`);
    }
  }
  const patterns = (name: string) => {
    const value = given[name];
    return textListProperty(
      `namespaceFiles.${name}`,
      isList(value) || value === undefined ? value : [value],
      expressions,
    );
  };
  const namespaces = await textListProperty('namespaceFiles.namespaces', given.namespaces, expressions);
  return {
    namespaces: namespaces.length > 0 ? namespaces : [context.flow.namespace],
    include: await patterns('include'),
    exclude: await patterns('exclude'),
  };
}

/** Copies the files, keeping their paths; of the same path in two namespaces the later one stays. */
export async function copyNamespaceFiles(wanted: NamespaceFiles, context: TaskContext): Promise<void> {
  const included = wanted.include.length > 0 ? matcher(wanted.include) : () => true;
  const excluded = matcher(wanted.exclude);
  for (const namespace of wanted.namespaces) {
    const started = performance.now();
    const folder = `${namespaceFileUri(namespace)}/`;
    const files = new Map<string, string>();
    for await (const uri of context.storage.list(folder)) {
      const path = decodeURIComponent(uri.slice(folder.length));
      if (included(path) && !excluded(path)) files.set(path, uri);
    }
    await writeInputFiles(context.workDir, Object.fromEntries(files), context.storage);
    const seconds = ((performance.now() - started) / 1000).toFixed(3);
    context.log('INFO', `Loaded ${files.size} namespace files from '${namespace}' in PT${seconds}S`);
  }
}

/** A pattern that begins with a word counts at every level, as in Kestra; paths there begin with a slash. */
function matcher(patterns: readonly string[]): (path: string) => boolean {
  const matches = compileGlobs(patterns.map(pattern => (/^\w/.test(pattern) ? `**/${pattern}` : pattern)));
  return path => matches(`/${path}`) || matches(path);
}
