/** A disk that takes no more: nothing that a stack would explain. */

const words: Readonly<Record<string, string>> = {
  ENOSPC: 'No space is left on the device of',
  EDQUOT: 'The disk quota is used up for',
  EROFS: 'Nothing can be written to',
};

/**
 * What to tell the user of an error that the disk gave; undefined for any other.
 *
 * @param folder named where the error does not tell what was written
 */
export function diskShortage(error: unknown, folder: string): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code = '', path, dest } = error as NodeJS.ErrnoException & { readonly dest?: string };
  const text = words[code];
  if (text === undefined) return diskShortage(error.cause, folder);
  return `${text} ${dest ?? path ?? folder}. Free some space; kestra.tasks.tmp-dir.path in the configuration moves working directories elsewhere.`;
}
