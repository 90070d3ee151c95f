/** Files that come into a storage once it is sure that they are wanted. */
import { constants } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import type { ReadableStorage, Storage } from './storage.ts';

/** Reads as if they were there already; nothing is written before `publish`. */
export class StagedFiles implements ReadableStorage {
  readonly #storage: Storage;
  readonly #paths = new Map<string, string>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** @throws Error for what the storage would not take: a folder, a pipe, a file that cannot be read */
  async putFile(uri: string, localPath: string): Promise<void> {
    if (!(await stat(localPath)).isFile()) throw new Error('it is not a regular file');
    await access(localPath, constants.R_OK);
    this.#paths.set(uri, localPath);
  }

  async getText(uri: string): Promise<string> {
    const path = this.#paths.get(uri);
    return path === undefined ? this.#storage.getText(uri) : readFile(path, 'utf8');
  }

  async size(uri: string): Promise<number> {
    const path = this.#paths.get(uri);
    return path === undefined ? this.#storage.size(uri) : (await stat(path)).size;
  }

  async exists(uri: string): Promise<boolean> {
    return this.#paths.has(uri) || this.#storage.exists(uri);
  }

  async publish(): Promise<void> {
    for (const [uri, path] of this.#paths) await this.#storage.putFile(uri, path);
  }
}
