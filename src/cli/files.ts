/** Reading what the command line names; what cannot be read is said in one sentence. */
import { readFileSync } from 'node:fs';
import { reasonOf } from '../model/system-error.ts';
import { Refusal } from './refusal.ts';

/** @throws Refusal */
export function readText(path: string, what: string): string {
  try {
    // At once rather than through the thread pool, which many runs need for nothing else.
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    throw new Refusal('unreadable-file', `Cannot read the ${what} ${path}: ${reason(error as NodeJS.ErrnoException)}`);
  }
}

function reason(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOENT':
      return 'there is no such file.';
    case 'EACCES':
      return 'permission denied.';
    case 'EISDIR':
      return 'it is a folder.';
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return 'it is not UTF-8 text.';
    default:
      return `${reasonOf(error)}.`;
  }
}
