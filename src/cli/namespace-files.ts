/** `--namespace-files DIR`: brings a folder into the storage as the files of a namespace. */
import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { reasonOf } from '../model/system-error.ts';
import type { Storage } from '../storage/storage.ts';
import { namespaceFileUri } from '../storage/uris.ts';
import { Refusal } from './refusal.ts';

/** Regular files at every depth; hidden folders such as `.git` are left out. Files that were there before stay. */
export async function putNamespaceFiles(
  dir: string,
  namespace: string,
  storage: Pick<Storage, 'putFile'>,
): Promise<void> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch((error: Error) => {
    throw new Refusal('unreadable-file', `Cannot read the folder ${dir} of --namespace-files: ${reasonOf(error)}.`);
  });
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const local = join(entry.parentPath, entry.name);
    const path = relative(dir, local).split(sep);
    if (path.slice(0, -1).some(part => part.startsWith('.'))) continue;
    await storage.putFile(namespaceFileUri(namespace, path.join('/')), local);
  }
}
