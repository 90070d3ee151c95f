/** Reading what the command line names; what cannot be read is said in one sentence. */
import { readFile } from 'node:fs/promises';
import { Refusal } from './refusal.ts';

export async function readText(path: string, what: string): Promise<string> {
  try {
    const bytes = await readFile(path);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
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
      return error.message;
  }
}
