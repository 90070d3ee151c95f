/** A database in place of node:sqlite, for the rehearsal: no snapshot can hold the true one. It takes all and keeps nothing. */
import { migrations } from '../store/migrations/index.ts';
import type { SqliteModule } from '../store/sqlite/connection.ts';

/** What a run asks for before anything is written. */
function answer(sql: string): object | undefined {
  if (sql.startsWith('PRAGMA user_version')) return { user_version: migrations.length };
  if (sql.startsWith('SELECT id FROM store')) return { id: 'rehearsal' };
  if (sql.startsWith('SELECT key FROM executions')) return { key: 1 };
  return undefined;
}

class RehearsalDatabase {
  isOpen = true;
  readonly isTransaction = false;

  exec(): void {}

  prepare(sql: string) {
    return { get: () => answer(sql), all: () => [], run: () => ({ changes: 1, lastInsertRowid: 1 }) };
  }

  close(): void {
    this.isOpen = false;
  }
}

export const rehearsalSqlite = { DatabaseSync: RehearsalDatabase } as unknown as SqliteModule;
