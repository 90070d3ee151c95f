/** Writing the entries of an archive into a folder, and nothing outside it. */
import { closeSync, constants, fchmodSync, futimesSync, openSync, writeFileSync } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, open, rm, symlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import type { Extract } from 'tar-stream';
import { linkTargetInside } from './link-target.ts';
import { smallFile } from './small-file.ts';
import type { OtherKind } from './walk.ts';

export type Entry = Extract extends AsyncIterable<infer Item> ? Item : never;

/** Is there no link on the way? */
async function isRealFolder(root: string, path: string): Promise<boolean> {
  if (path === '.') return true;
  return (await lstat(join(root, path))).isDirectory() && (await isRealFolder(root, posix.dirname(path)));
}

/** A link on the way is replaced and never followed. Remembers the folders that it made: one for each archive. */
export class FolderWriter {
  readonly #root: string;
  readonly #onOther: (path: string, kind: OtherKind) => void;
  /** Folders known to be real ones, so that each is looked at once. */
  readonly #known = new Set<string>();
  /** Paths that are no UTF-8: those of other encodings look alike, and one file would take the other's place. */
  readonly #garbled = new Set<string>();

  /** @param onOther told of each link that leads out, pipe, device and second file of one name: they are passed over */
  constructor(root: string, onOther: (path: string, kind: OtherKind) => void) {
    this.#root = root;
    this.#onOther = onOther;
  }

  /** @param linked the path of a name in the archive, for hard links */
  async write(path: string, entry: Entry, linked: (name: string) => string): Promise<void> {
    const { header } = entry;
    const mode = (header.mode ?? 0o644) & 0o777;
    const local = join(this.#root, path);
    if (header.type === 'directory') {
      await this.#folder(path);
      await chmod(local, mode | 0o700);
    } else if (header.type === 'file' || header.type === 'contiguous-file') {
      if (!this.#garbled.has(path)) {
        if (path.includes('\ufffd')) this.#garbled.add(path);
        await this.#folder(posix.dirname(path));
        return await this.#file(local, entry, mode | 0o400);
      }
      this.#onOther(path, 'another file whose name is no UTF-8');
    } else if (header.type === 'symlink' && header.linkname) {
      const target = linkTargetInside(local, header.linkname, [this.#root]);
      if (target === undefined) this.#onOther(path, 'a link');
      else {
        await this.#folder(posix.dirname(path));
        await this.#replace(local);
        await symlink(target, local);
      }
    } else if (header.type === 'link' && header.linkname) {
      if (!(await this.#secondName(path, linked(header.linkname)))) this.#onOther(path, 'a hard link');
    } else this.#onOther(path, header.type === 'fifo' ? 'a pipe' : 'a socket or device');
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
    if ((entry.header.size ?? 0) <= smallFile) return await this.#smallFile(local, entry, mode);
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
    } catch (error) {
      // Half a file must not be taken for an output.
      await rm(local);
      throw error;
    } finally {
      await file.close();
    }
  }

  async #smallFile(local: string, entry: Entry, mode: number): Promise<void> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) chunks.push(chunk as Uint8Array);
    const content = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    let file: number;
    try {
      file = openSync(local, 'wx', mode);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      await this.#replace(local);
      file = openSync(local, 'wx', mode);
    }
    try {
      writeFileSync(file, content ?? '');
      fchmodSync(file, mode);
      if (entry.header.mtime) futimesSync(file, entry.header.mtime, entry.header.mtime);
    } finally {
      closeSync(file);
    }
  }

  /**
   * False when the first is not here. A copy, for files are moved to the storage one by one, and what is written to one
   * name must not change another.
   */
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
