/** Brings the database to the newest version, whoever comes first. */
import { newId } from '../../model/ids.ts';
import { migrations } from '../migrations/index.ts';
import { StoreError } from '../store.ts';
import type { Connection } from './connection.ts';

/**
 * Applies what is missing in one transaction; an up-to-date database costs one read. Gives the store's id, which
 * the first one mints.
 * @throws StoreError for a database of a newer Windlass
 */
export async function upgrade(connection: Connection): Promise<string> {
  const found = await connection.read(() => known(connection));
  if (found !== undefined) return found;
  // Both are kept in the file. auto_vacuum must come first, on the empty file: it lets a deletion give room back.
  await connection.configure('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL');
  return connection.write('FULL', () => {
    const applied = version(connection);
    for (const sql of migrations.slice(applied)) connection.script(sql);
    if (applied < migrations.length) connection.script(`PRAGMA user_version = ${migrations.length}`);
    connection.sql('INSERT OR IGNORE INTO store (only_row, id) VALUES (1, ?)').run(newId());
    return storeId(connection);
  });
}

/** The store's id when the database is up to date. */
function known(connection: Connection): string | undefined {
  const applied = version(connection);
  if (applied > migrations.length) {
    throw new StoreError(
      `${connection.path} was written by a newer Windlass (version ${applied} of the database; this one knows ` +
        `${migrations.length}). Use that Windlass, or name another folder with --state DIR.`,
    );
  }
  return applied === migrations.length ? storeId(connection) : undefined;
}

function version(connection: Connection): number {
  return Number(connection.sql('PRAGMA user_version').get()?.user_version);
}

function storeId(connection: Connection): string {
  return String(connection.sql('SELECT id FROM store').get()?.id);
}
