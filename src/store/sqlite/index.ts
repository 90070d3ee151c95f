/** Opens the store in a folder: the default, which needs no service. */
import { ownerName } from '../owner.ts';
import { type ProcessIdentity, processIdentity } from '../process-identity.ts';
import type { Store } from '../store.ts';
import { Connection, type SqliteModule } from './connection.ts';
import { prepareFolder } from './folder.ts';
import { upgrade } from './schema.ts';
import { SqliteStore } from './sqlite-store.ts';

export { storeExists } from './folder.ts';

export interface StoreOptions {
  /**
   * The folder dies with this process: nothing is forced to disk, and the owner's name carries the process.
   * The caller removes the folder after `close`.
   */
  readonly ephemeral?: boolean;
  /** Takes the risk of a network file system. */
  readonly allowNetworkFileSystem?: boolean;
  /** In whose name executions are claimed; this process by default. */
  readonly identity?: ProcessIdentity;
  /** Holds the data instead of Node's own module. */
  readonly sqlite?: SqliteModule;
}

/**
 * Opens the store in `dir`, made with a first database where there is none. Several processes may have it open.
 * @throws StoreError with a message for the user
 */
export async function openStore(dir: string, options: StoreOptions = {}): Promise<Store> {
  const { ephemeral = false, allowNetworkFileSystem = false, identity = processIdentity() } = options;
  const path = prepareFolder(dir, { allowNetworkFileSystem });
  const connection = await Connection.open(path, ephemeral ? 'OFF' : 'FULL', options.sqlite);
  try {
    const storeId = await upgrade(connection);
    return new SqliteStore(connection, ownerName(storeId, ephemeral ? identity : undefined), identity);
  } catch (error) {
    await connection.close();
    throw error;
  }
}
