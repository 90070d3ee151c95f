/** The folder that holds the database: made private, and refused where SQLite's locks cannot be trusted. */
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { reasonOf } from '../../model/system-error.ts';
import { StoreError } from '../store.ts';

/** Is there a store in the folder? @throws StoreError where that cannot be seen: it is a file, or somebody else's */
export function storeExists(dir: string): boolean {
  try {
    statSync(databaseIn(dir));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw new StoreError(cannotUse(dir, error), { cause: error });
  }
}

/**
 * Makes the folder (0700) and an empty database file (0600) where they are missing, and gives the file's path.
 * A folder of our own, or an empty one, gets a `.gitignore`; in any other nothing is changed.
 * @throws StoreError
 */
export function prepareFolder(dir: string, options: { readonly allowNetworkFileSystem: boolean }): string {
  const path = databaseIn(dir);
  try {
    const isNew = !existsSync(path);
    if (isNew) makeFolder(dir);
    if (!options.allowNetworkFileSystem) refuseNetworkFileSystem(dir);
    if (isNew) {
      if (readdirSync(dir).length === 0) writeFileSync(join(dir, '.gitignore'), '*\n', { mode: 0o600 });
      // SQLite gives its other files the mode of this one.
      closeSync(openSync(path, 'a', 0o600));
    }
    return path;
  } catch (error) {
    throw error instanceof StoreError ? error : new StoreError(cannotUse(dir, error), { cause: error });
  }
}

/** Not by `recursive`: below a folder that can hold none, such as /proc, Node 24 tries again without end. */
function makeFolder(dir: string): void {
  if (existsSync(dir)) return;
  makeFolder(dirname(dir));
  try {
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function databaseIn(dir: string): string {
  return join(dir, 'windlass.db');
}

function cannotUse(dir: string, error: unknown): string {
  return `The state folder ${dir} cannot be used: ${reasonOf(error)}. Name another one with --state DIR, or use --ephemeral.`;
}

/**
 * By `f_type` of statfs(2). The write-ahead log needs memory shared between processes, which these do not give
 * (https://sqlite.org/wal.html, point 2): two writers would damage the database silently.
 */
const networkFileSystems: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0x65735546, 'FUSE'],
  [0x01021997, '9P'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
]);

function refuseNetworkFileSystem(dir: string): void {
  // Elsewhere the numbers depend on the order in which the kernel loaded its file systems.
  if (process.platform !== 'linux') return;
  const kind = networkFileSystemName(statfsSync(dir).type);
  if (kind === undefined) return;
  throw new StoreError(
    `The state folder ${dir} is on a network file system (${kind}), where a database is not safe. ` +
      'Name a folder on a local disk with --state DIR, or use --ephemeral.',
  );
}

/** Undefined for a local file system. `type` is signed on some machines. */
export function networkFileSystemName(type: number): string | undefined {
  return networkFileSystems.get(type >>> 0);
}
