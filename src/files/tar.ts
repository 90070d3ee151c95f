/** Folders as tar archives, in and out, for engines that take and give files in this form. Everything streams. */
import { closeSync, constants, fstatSync, openSync, read, readSync } from 'node:fs';
import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import { join, posix, resolve } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { FolderWriter } from './folder-writer.ts';
import { linkTargetInside } from './link-target.ts';
import { smallFile } from './small-file.ts';
import { archiveEnd, type Owner, padding, tarHeader } from './tar-header.ts';
import type { OtherKind } from './walk.ts';

export interface PackOptions {
  /** A POSIX path that is put before every name; the folder itself is then an entry too. Its parents are not. */
  readonly prefix?: string;
  /** Asked for every entry with its relative POSIX path; a folder left out is left out with all that is below it. */
  readonly include?: (relativePath: string) => boolean;
  /** Of everything in the archive; root when it is left out. */
  readonly owner?: Owner | undefined;
  /** Told of what cannot be in the archive: links that lead out of the folder, sockets, pipes, devices. */
  readonly onLeftOut?: (relativePath: string, why: string) => void;
}

export interface UnpackOptions {
  /** Leading parts of each name to cut; entries without a name left are passed over. */
  readonly strip?: number;
  /** Asked for every entry with its relative POSIX path, after `strip`. */
  readonly keep?: (path: string) => boolean;
  /** Told of each link that leads out, pipe and device: they are passed over. */
  readonly onOther?: ((path: string, kind: OtherKind) => void) | undefined;
}

/**
 * The folder's content as a tar stream (ustar, pax where a name needs it). Folders are entries, before what is in
 * them; modes and modification times are kept. A symbolic link is kept when it leads to something
 * inside the folder, written relative so that it holds at any place.
 *
 * The stream fails when a file cannot be read or gets shorter meanwhile; what is appended meanwhile is left out.
 */
export function packFolder(dir: string, options: PackOptions = {}): Readable {
  return Readable.from(inBlocks(packed(dir, options)), { objectMode: false });
}

/** Small pieces together: each one that goes through a stream and a connection costs as much as a large one. */
async function* inBlocks(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    waiting.push(piece);
    size += piece.length;
    if (size < blockSize) continue;
    yield waiting.length === 1 ? piece : Buffer.concat(waiting);
    waiting = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(waiting);
}

const blockSize = 65_536;

async function* packed(dir: string, options: PackOptions): AsyncGenerator<Uint8Array> {
  const prefix = posix.normalize(`${options.prefix ?? ''}/`).replace(/^(?:\.?\/)+/, '');
  const { owner } = options;
  const roots = [resolve(dir), await realpath(dir)];
  if (prefix !== '') yield tarHeader({ ...(await modeAndTime(dir)), name: prefix, type: 'directory', owner });
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(join(dir, folder), { withFileTypes: true })) {
      const path = folder + entry.name;
      if (options.include && !options.include(path)) continue;
      const local = join(dir, path);
      const name = prefix + path;
      if (entry.isDirectory()) {
        yield tarHeader({ ...(await modeAndTime(local)), name: `${name}/`, type: 'directory', owner });
        folders.push(`${path}/`);
      } else if (entry.isFile()) {
        yield* packedFile(local, name, owner);
      } else if (entry.isSymbolicLink()) {
        const linkname = linkTargetInside(resolve(local), await readlink(local), roots);
        if (linkname === undefined) options.onLeftOut?.(path, 'a symbolic link that leads out of the folder');
        else yield tarHeader({ ...(await modeAndTime(local)), name, type: 'symlink', linkname, owner });
      } else {
        options.onLeftOut?.(path, 'not a regular file');
      }
    }
  }
  yield archiveEnd;
}

async function modeAndTime(local: string): Promise<{ mode: number; mtime: Date }> {
  const { mode, mtime } = await lstat(local);
  return { mode: mode & 0o777, mtime };
}

async function* packedFile(local: string, name: string, owner: Owner | undefined): AsyncGenerator<Uint8Array> {
  // O_NOFOLLOW: it may have become a link since the folder was read. O_NONBLOCK: or a pipe.
  const file = openSync(local, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { mode, mtime, size } = fstatSync(file);
    yield tarHeader({ name, type: 'file', mode: mode & 0o777, mtime, size, owner });
    for (let left = size; left > 0; ) {
      const block = Buffer.allocUnsafe(Math.min(left, blockSize));
      const count = size <= smallFile ? readSync(file, block) : await readBlock(file, block);
      if (count === 0) throw new Error(`The file "${local}" became shorter while it was read.`);
      left -= count;
      yield block.subarray(0, count);
    }
    yield padding(size);
  } finally {
    closeSync(file);
  }
}

const readBlock = async (file: number, block: Buffer) =>
  (await promisify(read)(file, block, 0, block.length, null)).bytesRead;

/** Loads what archives are read with. It takes 10 ms, so whoever knows that one will come loads it while it waits. */
export const loadReader = () => import('tar-stream');

/**
 * Writes an archive's files, folders and links into a folder, over what is there.
 *
 * Nothing is written outside: names are relative to the folder, a link on the way is replaced and never followed,
 * links that lead out, pipes and devices are passed over. Of two names of one file each gets a file of its own. Modes
 * are restored without setuid, setgid and sticky bits; the owner can always read files and enter folders, because they
 * are read again. Writing is held back by the disk and holds back the stream.
 *
 * @throws Error when the archive is damaged or ends early, and when a name has `..` in it.
 */
export async function unpackInto(stream: Readable, dir: string, options: UnpackOptions = {}): Promise<void> {
  const { extract } = await loadReader();
  const archive = extract();
  const tail = new TailWatch();
  const reading = pipeline(stream, tail, archive);
  // Its failure reaches the loop below as the archive's error; awaited at the end.
  reading.catch(() => {});
  const writer = new FolderWriter(resolve(dir), options.onOther ?? (() => {}));
  let contentEnd = 0;
  for await (const entry of archive) {
    const { header } = entry;
    contentEnd = (header as { byteOffset?: number }).byteOffset ?? 0;
    contentEnd += Math.ceil((header.type === 'directory' ? 0 : (header.size ?? 0)) / 512) * 512;
    const path = relativeName(header.name, options.strip ?? 0);
    if (path === '' || (options.keep && !options.keep(path))) entry.resume();
    else await writer.write(path, entry, name => relativeName(name, options.strip ?? 0));
  }
  await reading;
  // tar-stream takes an end between two entries for the end; a whole archive ends with two empty blocks.
  if (!tail.endsWithEmptyBlocks(contentEnd)) throw new Error('The archive ended early: its end mark is missing.');
}

/** Remembers how many bytes went through and how many of the last are zero. */
class TailWatch extends Transform {
  #total = 0;
  #zeros = 0;

  override _transform(chunk: Buffer, _encoding: string, done: (error: null, chunk: Buffer) => void): void {
    let zeros = 0;
    while (zeros < chunk.length && zeros < 1024 && chunk[chunk.length - 1 - zeros] === 0) zeros += 1;
    this.#zeros = zeros === chunk.length ? this.#zeros + zeros : zeros;
    this.#total += chunk.length;
    done(null, chunk);
  }

  endsWithEmptyBlocks(contentEnd: number): boolean {
    return this.#zeros >= 1024 && this.#total >= contentEnd + 1024;
  }
}

function relativeName(name: string, strip: number): string {
  const parts = name.split('/').filter(part => part !== '' && part !== '.');
  if (parts.includes('..')) throw new Error(`The archive holds the path "${name}", which leads out of its folder.`);
  return parts.slice(strip).join('/');
}
