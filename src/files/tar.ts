/** Folders as tar archives, in and out, for engines that take and give files in this form. Everything streams. */
import { constants, fchmodSync, fstatSync, futimesSync } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, open, readdir, readlink, realpath, rm, symlink } from 'node:fs/promises';
import { join, posix, resolve } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Extract } from 'tar-stream';
import { linkTargetInside } from './link-target.ts';
import { archiveEnd, padding, tarHeader } from './tar-header.ts';
import type { OtherKind } from './walk.ts';

type Entry = Extract extends AsyncIterable<infer Item> ? Item : never;

export interface PackOptions {
  /** A POSIX path that is put before every name; the folder itself is then an entry too. Its parents are not. */
  readonly prefix?: string;
  /** Asked for every entry with its relative POSIX path; a folder left out is left out with all that is below it. */
  readonly include?: (relativePath: string) => boolean;
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
 * them; modes and modification times are kept; the owner is 0:0. A symbolic link is kept when it leads to something
 * inside the folder, written relative so that it holds at any place.
 *
 * The stream fails when a file cannot be read or gets shorter meanwhile; what is appended meanwhile is left out.
 */
export function packFolder(dir: string, options: PackOptions = {}): Readable {
  return Readable.from(packed(dir, options), { objectMode: false });
}

async function* packed(dir: string, options: PackOptions): AsyncGenerator<Uint8Array> {
  const prefix = posix.normalize(`${options.prefix ?? ''}/`).replace(/^(?:\.?\/)+/, '');
  const roots = [resolve(dir), await realpath(dir)];
  if (prefix !== '') yield tarHeader({ ...(await modeAndTime(dir)), name: prefix, type: 'directory' });
  const folders = [''];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(join(dir, folder), { withFileTypes: true })) {
      const path = folder + entry.name;
      if (options.include && !options.include(path)) continue;
      const local = join(dir, path);
      const name = prefix + path;
      if (entry.isDirectory()) {
        yield tarHeader({ ...(await modeAndTime(local)), name: `${name}/`, type: 'directory' });
        folders.push(`${path}/`);
      } else if (entry.isFile()) {
        yield* packedFile(local, name);
      } else if (entry.isSymbolicLink()) {
        const linkname = linkTargetInside(resolve(local), await readlink(local), roots);
        if (linkname === undefined) options.onLeftOut?.(path, 'a symbolic link that leads out of the folder');
        else yield tarHeader({ ...(await modeAndTime(local)), name, type: 'symlink', linkname });
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

async function* packedFile(local: string, name: string): AsyncGenerator<Uint8Array> {
  // O_NOFOLLOW: it may have become a link since the folder was read. O_NONBLOCK: or a pipe.
  const file = await open(local, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const { mode, mtime, size } = fstatSync(file.fd);
    yield tarHeader({ name, type: 'file', mode: mode & 0o777, mtime, size });
    for (let left = size; left > 0; ) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(Math.min(left, 65_536)));
      if (bytesRead === 0) throw new Error(`The file "${local}" became shorter while it was read.`);
      left -= bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
    yield padding(size);
  } finally {
    await file.close();
  }
}

/**
 * Writes an archive's files, folders and links into a folder, over what is there.
 *
 * Nothing is written outside: names are relative to the folder, a link on the way is replaced and never followed,
 * links that lead out, pipes and devices are passed over. Of two names of one file each gets a file of its own. Modes are restored without setuid, setgid and sticky
 * bits; the owner can always read files and enter folders, because they are read again. Writing is held back by the
 * disk and holds back the stream.
 *
 * @throws Error when the archive is damaged or ends early, and when a name has `..` in it.
 */
export async function unpackInto(stream: Readable, dir: string, options: UnpackOptions = {}): Promise<void> {
  const { extract } = await import('tar-stream');
  const archive = extract();
  const tail = new TailWatch();
  const reading = pipeline(stream, tail, archive);
  // Its failure reaches the loop below as the archive's error; awaited at the end.
  reading.catch(() => {});
  const writer = new FolderWriter(resolve(dir));
  let contentEnd = 0;
  for await (const entry of archive) {
    const { header } = entry;
    contentEnd = (header as { byteOffset?: number }).byteOffset ?? 0;
    contentEnd += Math.ceil((header.type === 'directory' ? 0 : (header.size ?? 0)) / 512) * 512;
    const path = relativeName(header.name, options.strip ?? 0);
    if (path === '' || (options.keep && !options.keep(path))) entry.resume();
    else await writer.write(path, entry, options);
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

/** Is there no link on the way? */
async function isRealFolder(root: string, path: string): Promise<boolean> {
  if (path === '.') return true;
  return (await lstat(join(root, path))).isDirectory() && (await isRealFolder(root, posix.dirname(path)));
}

class FolderWriter {
  readonly #root: string;
  /** Folders known to be real ones, so that each is looked at once. */
  readonly #known = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  async write(path: string, entry: Entry, options: UnpackOptions): Promise<void> {
    const { header } = entry;
    const mode = (header.mode ?? 0o644) & 0o777;
    const local = join(this.#root, path);
    if (header.type === 'directory') {
      await this.#folder(path);
      await chmod(local, mode | 0o700);
    } else if (header.type === 'file' || header.type === 'contiguous-file') {
      await this.#folder(posix.dirname(path));
      return await this.#file(local, entry, mode | 0o400);
    } else if (header.type === 'symlink' && header.linkname) {
      const target = linkTargetInside(local, header.linkname, [this.#root]);
      if (target === undefined) options.onOther?.(path, 'a link');
      else {
        await this.#folder(posix.dirname(path));
        await this.#replace(local);
        await symlink(target, local);
      }
    } else if (header.type === 'link' && header.linkname) {
      const first = relativeName(header.linkname, options.strip ?? 0);
      if (!(await this.#secondName(path, first))) options.onOther?.(path, 'a hard link');
    } else options.onOther?.(path, header.type === 'fifo' ? 'a pipe' : 'a socket or device');
    entry.resume();
  }

  /** Makes sure that every part of the path is a real folder; whatever else stands there is replaced. */
  async #folder(path: string): Promise<void> {
    if (path === '.' || this.#known.has(path)) return;
    await this.#folder(posix.dirname(path));
    const local = join(this.#root, path);
    const found = await lstat(local).catch(() => undefined);
    if (!found?.isDirectory()) {
      if (found) await rm(local);
      await mkdir(local);
    }
    this.#known.add(path);
  }

  async #file(local: string, entry: Entry, mode: number): Promise<void> {
    // Created anew and exclusively, which follows no link and does not write into a file that another name shares.
    const file = await open(local, 'wx', mode).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      await this.#replace(local);
      return await open(local, 'wx', mode);
    });
    try {
      for await (const chunk of entry) await file.writeFile(chunk as Uint8Array);
      // Not asynchronous: they touch no content, and two trips to the thread pool for each of 10,000 files add up.
      fchmodSync(file.fd, mode);
      if (entry.header.mtime) futimesSync(file.fd, entry.header.mtime, entry.header.mtime);
    } finally {
      await file.close();
    }
  }

  /** False when the first is not here. A copy, for files are moved to the storage one by one, and what is written to one name must not change another. */
  async #secondName(path: string, firstPath: string): Promise<boolean> {
    const first = join(this.#root, firstPath);
    const isHere = await Promise.all([isRealFolder(this.#root, posix.dirname(firstPath)), lstat(first)]).then(
      ([isReal, found]) => isReal && found.isFile(),
      () => false,
    );
    if (!isHere || firstPath === path) return false;
    await this.#folder(posix.dirname(path));
    const local = join(this.#root, path);
    await this.#replace(local);
    await copyFile(first, local, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    return true;
  }

  async #replace(local: string): Promise<void> {
    await rm(local, { recursive: true, force: true });
    this.#known.clear();
  }
}
