/** Files of a namespace, copied into a task's working directory. */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeInputFiles } from '../../files/input-files.ts';
import { compileGlobs } from '../../files/java-glob.ts';
import { isList, isMap, type Value } from '../../model/value.ts';
import { namespaceFileUri } from '../../storage/uris.ts';
import { choiceProperty, flagProperty, textListProperty } from '../properties.ts';
import { type TaskContext, TaskError } from '../task-type.ts';

export const existing = ['OVERWRITE', 'FAIL', 'WARN', 'IGNORE'] as const;

/** What `namespaceFiles` asks for, rendered; undefined when nothing is asked for. */
export interface NamespaceFiles {
  readonly namespaces: readonly string[];
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Each namespace's files go into a folder of its name. */
  readonly folderPerNamespace: boolean;
  /** What happens to a file that is there already. */
  readonly ifExists: (typeof existing)[number];
}

export async function readNamespaceFiles(
  property: Value | undefined,
  context: Pick<TaskContext, 'expressions' | 'flow'>,
): Promise<NamespaceFiles | undefined> {
  const { expressions } = context;
  const given = isMap(property) ? property : { enabled: property ?? false };
  if (!(await flagProperty('namespaceFiles.enabled', given.enabled, true, expressions))) return undefined;
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
    folderPerNamespace: await flagProperty(
      'namespaceFiles.folderPerNamespace',
      given.folderPerNamespace,
      false,
      expressions,
    ),
    ifExists: await choiceProperty('namespaceFiles.ifExists', given.ifExists, existing, 'OVERWRITE', expressions),
  };
}

/** Where the files go, and who is told. */
type Place = Pick<TaskContext, 'storage' | 'workDir' | 'log'>;

/** Copies the files, keeping their paths. @throws TaskError when one is there already and that is to fail the task */
export async function copyNamespaceFiles(wanted: NamespaceFiles, context: Place): Promise<void> {
  const included = wanted.include.length > 0 ? namespaceFileMatcher(wanted.include) : () => true;
  const excluded = namespaceFileMatcher(wanted.exclude);
  for (const namespace of wanted.namespaces) {
    const started = performance.now();
    const folder = `${namespaceFileUri(namespace)}/`;
    const files = new Map<string, string>();
    for await (const uri of context.storage.list(folder)) {
      const path = decodeURIComponent(uri.slice(folder.length));
      const target = wanted.folderPerNamespace ? `${namespace}/${path}` : path;
      if (included(path) && !excluded(path) && (await takesPlace(target, wanted, context))) files.set(target, uri);
    }
    await writeInputFiles(context.workDir, Object.fromEntries(files), context);
    const seconds = ((performance.now() - started) / 1000).toFixed(3);
    context.log('INFO', `Loaded ${files.size} namespace files from '${namespace}' in PT${seconds}S`);
  }
}

async function takesPlace(path: string, { ifExists }: NamespaceFiles, context: Place): Promise<boolean> {
  if (ifExists === 'OVERWRITE' || !(await lstat(join(context.workDir, path)).catch(() => undefined))) return true;
  if (ifExists === 'FAIL') throw new TaskError(`namespaceFiles: the file "${path}" is there already.`);
  if (ifExists === 'WARN') context.log('WARN', `The namespace file "${path}" was left out: the file is there already.`);
  return false;
}

/** A pattern that begins with a word counts at every level, as in Kestra; paths there begin with a slash. */
export function namespaceFileMatcher(patterns: readonly string[]): (path: string) => boolean {
  const matches = compileGlobs(patterns.map(pattern => (/^\w/.test(pattern) ? `**/${pattern}` : pattern)));
  return path => matches(`/${path}`) || matches(path);
}
