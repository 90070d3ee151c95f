/** Removing what a task worked in. */
import { rmdirSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { diskShortage } from './disk-shortage.ts';

/**
 * Removes a folder with all that is in it; nothing need be there. Most are empty by now, and then it is one call
 * instead of the trips to the thread pool that `rm` makes (0.2 ms of CPU).
 */
export async function removeFolder(path: string): Promise<void> {
  try {
    rmdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') await rm(path, { recursive: true, force: true });
  }
}

/** After a copy into the folder failed: what it holds by then would keep a full disk from taking the end of the task. */
export async function emptyWhereFull(folder: string, error: unknown): Promise<void> {
  if (diskShortage(error, folder) === undefined) return;
  for (const name of await readdir(folder)) await removeFolder(join(folder, name));
}
