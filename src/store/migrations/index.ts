/** All migrations in order; the version of a database is the number of those applied. Never change one that was released. */
import { sql as executions } from './0001-executions.sql.ts';
import { sql as stateChanges } from './0002-state-changes.sql.ts';

export const migrations: readonly string[] = [executions, stateChanges];
