/** Internal storage in a folder of this machine. */
import { constants, createWriteStream } from 'node:fs';
import { chmod, copyFile, lstat, open, opendir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { segmentsOf } from '../segments.ts';
import { InvalidUriError, NotFoundError, type Storage } from '../storage.ts';
import { diskPath, uriBelow } from './disk-path.ts';
import { TemporaryFiles, temporaryFolder } from './temporary.ts';

export interface LocalStorageOptions {
  /** The folder dies with this process: nothing is forced to disk. */
  readonly ephemeral?: boolean;
}

/**
 * Storage in the folder `dir`, which is made (0700) when the first file comes. Files are 0600 and replaced in one
 * step. The path of a file below the folder is its URI's; long names are split.
 */
export function openLocalStorage(dir: string, options: LocalStorageOptions = {}): Storage {
  return new LocalStorage(dir, !options.ephemeral);
}

class LocalStorage implements Storage {
  readonly #root: string;
  readonly #temporary: TemporaryFiles;

  constructor(root: string, durable: boolean) {
    this.#root = root;
    this.#temporary = new TemporaryFiles(root, durable);
  }

  async putFile(uri: string, localPath: string, options: { readonly move?: boolean } = {}): Promise<void> {
    // Reading a pipe or a device could go on for ever.
    if (!(await stat(localPath)).isFile()) throw new Error(`${localPath} cannot be stored: it is not a regular file.`);
    const give = (from: string) => this.#temporary.give(from, this.#belowRoot(uri));
    if (options.move && (await inWords(uri, () => moved(localPath, give)))) return;
    await this.#publish(uri, async path => {
      await copyFile(localPath, path, constants.COPYFILE_FICLONE);
      await chmod(path, 0o600);
    });
  }

  async put(uri: string, content: string | Uint8Array | Readable): Promise<void> {
    await this.#publish(uri, path => {
      if (!(content instanceof Readable)) return writeFile(path, content, { mode: 0o600 });
      return pipeline(content, createWriteStream(path, { mode: 0o600 }));
    });
  }

  async get(uri: string): Promise<Readable> {
    const path = await this.#existing(uri);
    return (await open(path, 'r')).createReadStream();
  }

  async getText(uri: string): Promise<string> {
    return readFile(await this.#existing(uri), 'utf8');
  }

  async getFile(uri: string, localPath: string): Promise<void> {
    const path = await this.#existing(uri);
    // A link that a task left in this place would lead the copy out of its folder.
    await rm(localPath, { force: true });
    await copyFile(path, localPath, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    // Programs in containers read it as other users.
    await chmod(localPath, 0o644);
  }

  async size(uri: string): Promise<number> {
    return (await stat(await this.#existing(uri))).size;
  }

  async exists(uri: string): Promise<boolean> {
    return isFile(this.#pathOf(uri));
  }

  async delete(uri: string): Promise<boolean> {
    const path = this.#pathOf(uri);
    if (!(await isFile(path))) return false;
    await rm(path, { force: true });
    return true;
  }

  async deletePrefix(uri: string): Promise<void> {
    await rm(this.#belowRoot(uri), { recursive: true, force: true });
  }

  async *list(uri: string): AsyncIterable<string> {
    const segments = segmentsOf(uri);
    yield* filesBelow(diskPath(this.#root, segments), ['kestra://', ...segments].join('/'));
  }

  localPath(uri: string): string {
    return this.#pathOf(uri);
  }

  #pathOf(uri: string): string {
    return diskPath(this.#root, segmentsOf(uri));
  }

  async #publish(uri: string, fill: (path: string) => Promise<void>): Promise<void> {
    const target = this.#belowRoot(uri);
    await inWords(uri, () => this.#temporary.publish(target, fill));
  }

  #belowRoot(uri: string): string {
    const segments = segmentsOf(uri);
    if (segments.length === 0) throw new InvalidUriError(`${uri} is the whole storage, not something in it.`);
    return diskPath(this.#root, segments);
  }

  async #existing(uri: string): Promise<string> {
    const path = this.#pathOf(uri);
    if (!(await isFile(path))) throw new NotFoundError(`There is no file ${uri}.`);
    return path;
  }
}

async function inWords<T>(uri: string, store: () => Promise<T>): Promise<T> {
  try {
    return await store();
  } catch (error) {
    if (!isInTheWay(error)) throw error;
    throw new Error(`${uri} cannot be stored: it is the folder of other files, or its folder is a file.`, {
      cause: error,
    });
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/**
 * Renames a file, which costs the same for any size. False where only a copy is safe: another disk, a file with a
 * second name (a change by that name would change ours), a link, a file of another user.
 */
async function moved(from: string, give: (from: string) => Promise<void>): Promise<boolean> {
  const found = await lstat(from);
  if (!found.isFile() || found.nlink > 1) return false;
  try {
    await chmod(from, 0o600);
    await give(from);
    return true;
  } catch (error) {
    if (hasCode(error, 'EXDEV', 'EPERM', 'EACCES')) return false;
    throw error;
  }
}

async function* filesBelow(folder: string, uri: string): AsyncIterable<string> {
  let entries: AsyncIterable<{ name: string; isDirectory(): boolean }>;
  try {
    entries = await opendir(folder);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  for await (const entry of entries) {
    if (entry.name === temporaryFolder) continue;
    const entryUri = uriBelow(uri, entry.name);
    if (entry.isDirectory()) yield* filesBelow(join(folder, entry.name), entryUri);
    else yield entryUri;
  }
}

function isMissing(error: unknown): boolean {
  return hasCode(error, 'ENOENT', 'ENOTDIR', 'ENAMETOOLONG');
}

function isInTheWay(error: unknown): boolean {
  return hasCode(error, 'EISDIR', 'ENOTDIR', 'EEXIST', 'ENOTEMPTY');
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.some(code => code === error.code);
}
