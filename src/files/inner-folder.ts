/** Folders below a folder in which programs have worked: any part of a path there may be a link by now. */
import { lstat, mkdir, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isInside } from './link-target.ts';

/** What kept a folder from being made: a link on the way that leads out of the root, or a file. */
export type InTheWay = 'link' | 'file';

/**
 * Makes a folder with those on its way. Links are followed as long as they stay inside.
 *
 * @param root a real path
 * @param folder below it, or itself
 */
export async function makeInnerFolder(root: string, folder: string): Promise<InTheWay | undefined> {
  if (folder === root) return undefined;
  const existing = await realpath(await nearestExisting(folder)).catch(() => undefined);
  if (existing === undefined || !isInside(root, existing)) return 'link';
  try {
    await mkdir(folder, { recursive: true });
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOTDIR' && code !== 'EEXIST') throw error;
    return 'file';
  }
}

async function nearestExisting(path: string): Promise<string> {
  const found = await lstat(path).catch(() => undefined);
  return found ? path : await nearestExisting(dirname(path));
}
