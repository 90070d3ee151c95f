/** The `cache` of a WorkingDirectory: files that one execution leaves for the next one of the same task. */
import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { compileGlobs } from '../files/java-glob.ts';
import { packFolder, unpackInto } from '../files/tar.ts';
import { walkFiles } from '../files/walk.ts';
import { parseDuration } from '../model/duration.ts';
import { parseJson, writeJson } from '../model/json.ts';
import { isList, isMap, type ValueMap } from '../model/value.ts';
import { NotFoundError, type Storage } from '../storage/storage.ts';

export class DirectoryCache {
  readonly #folder: string;
  readonly #patterns: readonly string[];
  readonly #ttl: string | undefined;
  readonly #storage: Storage;

  /**
   * @param property the task's `cache`
   * @param folder where the task keeps things between executions
   * @param value that of the ForEach iteration around, which has an entry of its own, as in Kestra
   */
  constructor(property: ValueMap, folder: string, value: string | undefined, storage: Storage) {
    const { patterns, ttl } = property;
    const iteration = value === undefined ? '' : `/${createHash('sha256').update(value).digest('hex')}`;
    this.#folder = `${folder}/directory${iteration}`;
    this.#patterns = isList(patterns) ? patterns.map(String) : [];
    this.#ttl = typeof ttl === 'string' ? ttl : undefined;
    this.#storage = storage;
  }

  /** Puts what is kept into the directory, unless there is nothing or nothing young enough. @throws DurationError */
  async restore(dir: string): Promise<void> {
    const limit = this.#ttl === undefined ? Number.POSITIVE_INFINITY : parseDuration(this.#ttl);
    try {
      const entry = await this.#entry();
      if (!entry || Date.parse(entry.date) + limit < Date.now()) return;
      await unpackInto(await this.#storage.get(`${this.#folder}/${entry.archive}`), dir);
    } catch (error) {
      // Another execution has just kept newer ones.
      if (!(error instanceof NotFoundError)) throw error;
    }
  }

  /**
   * Keeps the files that match, with links and modes. Where they are those that were restored the entry stays as old as
   * it is, so that it ends at its `ttl`. @throws GlobError
   */
  async keep(dir: string): Promise<void> {
    const matches = compileGlobs(this.#patterns, dir);
    const found: string[] = [];
    const onOther = (path: string) => {
      if (matches(path) && lstatSync(join(dir, path)).isSymbolicLink()) found.push(path);
    };
    for await (const path of walkFiles(dir, { onOther })) if (matches(path)) found.push(path);
    if (found.length === 0) return;
    const archive = `${await fingerprint(dir, found.sort())}.tar`;
    const before = await this.#entry();
    if (before?.archive === archive) return;
    const wanted = new Set(found.flatMap(withFolders));
    await this.#storage.put(`${this.#folder}/${archive}`, packFolder(dir, { include: path => wanted.has(path) }));
    // After the archive, so that an entry is whole.
    await this.#storage.put(`${this.#folder}/entry.json`, writeJson({ date: new Date().toISOString(), archive }));
    if (before) await this.#storage.delete(`${this.#folder}/${before.archive}`);
  }

  async #entry(): Promise<Entry | undefined> {
    try {
      const entry = parseJson(await this.#storage.getText(`${this.#folder}/entry.json`));
      return isMap(entry) ? { date: String(entry.date), archive: String(entry.archive) } : undefined;
    } catch (error) {
      if (error instanceof NotFoundError) return undefined;
      throw error;
    }
  }
}

interface Entry {
  /** When it was kept. */
  readonly date: string;
  /** The name of its file. */
  readonly archive: string;
}

/** Names, sizes and times: archives keep times in whole seconds. */
async function fingerprint(dir: string, paths: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const path of paths) {
    const stats = await lstat(join(dir, path));
    // A link that is restored is as old as the restoring.
    const age = stats.isSymbolicLink() ? 'link' : Math.floor(stats.mtimeMs / 1000);
    hash.update(`${path}\0${stats.size}\0${age}\n`);
  }
  return hash.digest('hex');
}

function withFolders(path: string): readonly string[] {
  const folder = posix.dirname(path);
  return folder === '.' ? [path] : [path, ...withFolders(folder)];
}
