/** The files below a folder. */
import { type Dirent, opendirSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as othersTurn } from 'node:timers/promises';

export interface WalkOptions {
  /** A folder that cannot be read is passed over and told here. One that has vanished meanwhile is not told. */
  readonly onUnreadable?: (relativePath: string, error: Error) => void;
  /** Told of each link, pipe, socket and device. */
  readonly onOther?: (relativePath: string, entry: Dirent) => void;
}

/** What is neither a regular file nor a folder, or has a name that cannot be told from another one's. */
export type OtherKind =
  | 'a link'
  | 'a hard link'
  | 'a pipe'
  | 'a socket or device'
  | 'another file whose name is no UTF-8';

/** Of an entry that is no file and no folder. */
export function kindOf(entry: Dirent): OtherKind {
  return entry.isSymbolicLink() ? 'a link' : entry.isFIFO() ? 'a pipe' : 'a socket or device';
}

/**
 * So many entries are read in one go, which takes some milliseconds. Synchronously: through the thread pool each folder
 * takes three trips, and each 32 entries one more.
 */
const longEnough = 2_000;

/**
 * Relative POSIX paths of all regular files below a folder, in no order. Links are not followed and are not files.
 * One folder is open at a time, and nothing recurses: depth and number are limited by the disk alone.
 */
export async function* walkFiles(dir: string, options: WalkOptions = {}): AsyncGenerator<string> {
  const folders = [''];
  let entries = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    try {
      using open = opendirSync(join(dir, folder));
      for (let entry = open.readSync(); entry !== null; entry = open.readSync()) {
        entries += 1;
        if (entries % longEnough === 0) await othersTurn();
        const path = folder + entry.name;
        if (entry.isFile()) yield path;
        else if (entry.isDirectory()) folders.push(`${path}/`);
        else options.onOther?.(path, entry);
      }
    } catch (error) {
      const fault = error as NodeJS.ErrnoException;
      if (fault.code !== 'ENOENT' || folder === '') options.onUnreadable?.(folder.replace(/\/$/, ''), fault);
    }
  }
}
