/** Texts that are no files on this machine, as a tar archive of files. */
import { archiveEnd, padding, tarHeader } from './tar-header.ts';

/**
 * The folder, open to every user, with its files, readable for every user.
 *
 * @param folder relative to where the archive is unpacked
 */
export function* packTexts(
  folder: string,
  files: readonly { readonly name: string; readonly text: string }[],
): Generator<Uint8Array> {
  const mtime = new Date();
  yield tarHeader({ name: `${folder}/`, type: 'directory', mode: 0o755, mtime });
  for (const { name, text } of files) {
    const bytes = Buffer.from(text);
    yield tarHeader({ name: `${folder}/${name}`, type: 'file', mode: 0o444, mtime, size: bytes.length });
    yield bytes;
    yield padding(bytes.length);
  }
  yield archiveEnd;
}
