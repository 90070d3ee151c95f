/** Files of this machine that a flow names, as `file:///path`. */
import { realpath, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isInside } from './link-target.ts';

/** It may not be read, or is not there. The message is for the user. */
export class LocalFileError extends Error {}

/**
 * The real path of a file that a text names so; undefined for any other text.
 *
 * @param folders those that it may lie in, links followed; one that is not there holds nothing
 * @throws LocalFileError
 */
export async function namedLocalFile(text: string, folders: readonly string[]): Promise<string | undefined> {
  const [named] = /^file:\/\/[^\n]+$/.exec(text.trim()) ?? [];
  if (named === undefined) return undefined;
  const path = await realFile(named);
  const real = await Promise.all(folders.map(folder => realpath(folder).catch(() => undefined)));
  if (path !== undefined && real.some(folder => folder !== undefined && isInside(folder, path))) return path;
  // Of a file elsewhere nothing is told, not even whether it is there.
  throw new LocalFileError(
    `There is no file ${named} that may be read. Files of this machine can be read from the folders that ` +
      'kestra.local-files.allowed-paths of the configuration names.',
  );
}

async function realFile(named: string): Promise<string | undefined> {
  try {
    const path = await realpath(fileURLToPath(named));
    return (await stat(path)).isFile() ? path : undefined;
  } catch {
    return undefined;
  }
}
