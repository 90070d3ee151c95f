/** SQLite's errors, told apart and put in words. Codes: https://sqlite.org/rescode.html */
import { StoreError } from '../store.ts';

const busy = 5;
/** A race for the lock of the write-ahead log that SQLite itself gave up on. */
const protocol = 15;

/** True when somebody else holds the lock: worth another try. */
export function isBusy(error: unknown): boolean {
  const code = primaryCode(error);
  return code === busy || code === protocol;
}

const words: Readonly<Record<number, string>> = {
  8: 'may only be read. Its folder and file must be writable by you; --state DIR names another folder',
  10: 'cannot be read or written: the disk reports an error. Look at the system log (dmesg)',
  11: 'is damaged. Move its folder away to start afresh, or bring it back from a backup',
  13: 'cannot grow: the disk is full. Free some space (windlass clean deletes old executions)',
  14: 'cannot be opened. Its folder must exist and be writable by you; --state DIR names another folder',
  23: 'cannot be opened: permission denied',
  26: 'is not a database. Move it away, or name another folder with --state DIR',
};

/** A `StoreError` for SQLite's faults that a user can do something about; any other error stays as it is. */
export function inWords(error: unknown, path: string): unknown {
  const text = words[primaryCode(error) ?? 0];
  return text === undefined ? error : new StoreError(`${path} ${text}.`, { cause: error });
}

/** The low byte; the rest of SQLite's number tells variants apart. Undefined for other errors. */
function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}
