import { join } from 'node:path';
import { z } from 'zod';
import { compileGlobs, GlobError } from '../../files/java-glob.ts';
import { walkFiles } from '../../files/walk.ts';
import { isMap } from '../../model/value.ts';
import { namespaceFileUri } from '../../storage/uris.ts';
import { namespaceOf } from '../kv/properties.ts';
import { choiceProperty, textMapProperty, textProperty } from '../properties.ts';
import { type RunnableTaskType, type TaskContext, TaskError } from '../task-type.ts';
import { namespaceProperty, patternsOf } from './found-files.ts';

const conflicts = ['OVERWRITE', 'ERROR', 'SKIP'] as const;

/** Puts files into a namespace: those of the working directory that match, or stored ones by name. */
export const uploadFiles: RunnableTaskType = {
  type: 'io.kestra.plugin.core.namespace.UploadFiles',
  aliases: [],
  title: 'Put files into a namespace',
  kind: 'runnable',
  schema: () =>
    z.strictObject({
      namespace: namespaceProperty(),
      files: z
        .union([z.string(), z.array(z.string()), z.record(z.string(), z.string())])
        .optional()
        .meta({
          title: 'The files',
          description: 'Patterns of files in a WorkingDirectory; or a map from names to kestra:/// URIs.',
        }),
      filesMap: z.record(z.string(), z.string()).optional().meta({ title: 'URIs of files by name' }),
      destination: z.string().optional().meta({ title: 'The folder in the namespace', default: '/' }),
      conflict: z
        .enum(conflicts)
        .optional()
        .meta({ title: 'What happens to a file that is there', default: 'OVERWRITE' }),
    }),
  async run(context) {
    const { task, expressions, flow, storage, workDir } = context;
    const { properties } = task;
    const namespace = await namespaceOf(properties.namespace, flow, expressions);
    const destination = (await textProperty(properties.destination, expressions)) ?? '/';
    const conflict = await choiceProperty('conflict', properties.conflict, conflicts, 'OVERWRITE', expressions);
    const map = isMap(properties.files) ? properties.files : properties.filesMap;
    const stored = Object.entries(await textMapProperty('files', map, expressions));
    const local = isMap(properties.files) ? [] : await localFiles(context);
    const files: [string, string][] = [];
    const place = async (name: string, put: (uri: string) => Promise<void>) => {
      const path = `${destination}/${name}`
        .split('/')
        .filter(part => part !== '' && part !== '.')
        .join('/');
      const uri = namespaceFileUri(namespace, path);
      if (conflict !== 'OVERWRITE' && (await storage.exists(uri))) {
        if (conflict === 'SKIP') return;
        throw new TaskError(`The file '${path}' is in the namespace '${namespace}' already.`);
      }
      await put(uri);
      files.push([path, uri]);
    };
    for (const [name, from] of stored) await place(name, async uri => storage.put(uri, await storage.get(from)));
    for (const name of local) await place(name, uri => storage.putFile(uri, join(workDir, name)));
    return { state: 'SUCCESS', outputs: { files: Object.fromEntries(files) } };
  },
};

async function localFiles(context: TaskContext): Promise<readonly string[]> {
  const patterns = await patternsOf(context);
  let matches: (path: string) => boolean;
  try {
    matches = compileGlobs(patterns);
  } catch (error) {
    throw error instanceof GlobError ? new TaskError(`files: ${error.message}`) : error;
  }
  const found: string[] = [];
  for await (const path of walkFiles(context.workDir)) if (matches(path)) found.push(path);
  return found.sort();
}
