/** Most programs put nothing into their output directory. */
import { once } from 'node:events';
import type { Readable } from 'node:stream';

const blockSize = 512;
/** The header of the folder and the end of the archive. */
const emptySize = 3 * blockSize;

/**
 * Is it the archive of one folder with nothing in it? Then it has been read to its end, without the library that reads
 * archives: loading that takes 10 ms of CPU time, reading one with it 1.5 ms. Else nothing has been taken from it.
 *
 * @throws what the stream fails by
 */
export async function isEmptyFolder(tar: Readable): Promise<boolean> {
  const first = await firstPiece(tar);
  if (!first || !isWhole(first)) {
    if (first) tar.unshift(first);
    return false;
  }
  for await (const rest of tar)
    if ((rest as Buffer).some(byte => byte !== 0)) throw new Error('The archive goes on behind its end.');
  return true;
}

function isWhole(archive: Buffer): boolean {
  const isFolder = archive[156] === 0x35;
  return archive.length >= emptySize && isFolder && archive.subarray(blockSize).every(byte => byte === 0);
}

/** Null at the end of the stream. */
async function firstPiece(stream: Readable): Promise<Buffer | null> {
  if (stream.errored) throw stream.errored;
  if (stream.readableLength === 0) await once(stream, 'readable');
  return stream.read() as Buffer | null;
}
