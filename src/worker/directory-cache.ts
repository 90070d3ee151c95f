/** The `cache` of a WorkingDirectory: files that one execution leaves for the next one of the same task. */
import { createHash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { compileGlobs } from '../files/java-glob.ts';
import { packFolder, unpackInto } from '../files/tar.ts';
import { walkFiles } from '../files/walk.ts';
import { parseDuration } from '../model/duration.ts';
import { parseJson, writeJson } from '../model/json.ts';
import { isList, isMap, type ValueMap } from '../model/value.ts';
import { NotFoundError, type Storage } from '../storage/storage.ts';

export interface DirectoryCache {
  /** Where the entry is kept; see `directoryCache`. */
  readonly folder: string;
  readonly patterns: readonly string[];
  /** ISO 8601; an older entry counts as absent. */
  readonly ttl?: string;
}

/**
 * @param property the task's `cache`
 * @param folder where the task keeps things between executions
 * @param value that of the ForEach iteration around, which has an entry of its own, as in Kestra
 */
export function directoryCache(property: ValueMap, folder: string, value: string | undefined): DirectoryCache {
  const { patterns, ttl } = property;
  const iteration = value === undefined ? '' : `/${createHash('sha256').update(value).digest('hex')}`;
  return {
    folder: `${folder}/directory${iteration}`,
    patterns: isList(patterns) ? patterns.map(String) : [],
    ...(typeof ttl === 'string' && { ttl }),
  };
}

/** Puts what is kept into the directory. False when there is nothing, or nothing young enough. @throws DurationError */
export async function restoreDirectory(
  dir: string,
  { folder, ttl }: DirectoryCache,
  storage: Storage,
): Promise<boolean> {
  const entry = await readEntry(folder, storage);
  const limit = ttl === undefined ? Number.POSITIVE_INFINITY : parseDuration(ttl);
  if (!entry || Date.parse(entry.date) + limit < Date.now()) return false;
  try {
    await unpackInto(await storage.get(`${folder}/${entry.archive}`), dir);
    return true;
  } catch (error) {
    // Another execution has just kept newer ones.
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}

/**
 * Keeps the files that match, with links and modes. Where they are those that were restored the entry stays as old as
 * it is, so that it ends at its `ttl`. @throws GlobError
 */
export async function keepDirectory(
  dir: string,
  { folder, patterns }: DirectoryCache,
  storage: Storage,
): Promise<void> {
  const matches = compileGlobs(patterns, dir);
  const found: string[] = [];
  const links = (path: string, entry: Dirent) => {
    if (entry.isSymbolicLink() && matches(path)) found.push(path);
  };
  for await (const path of walkFiles(dir, { onOther: links })) if (matches(path)) found.push(path);
  if (found.length === 0) return;
  const archive = `${await fingerprint(dir, found.sort())}.tar`;
  const before = await readEntry(folder, storage);
  if (before?.archive === archive) return;
  const wanted = new Set(found.flatMap(withFolders));
  await storage.put(`${folder}/${archive}`, packFolder(dir, { include: path => wanted.has(path) }));
  // After the archive, so that an entry is whole; the one before may still be read, but by nobody who begins now.
  await storage.put(`${folder}/entry.json`, writeJson({ date: new Date().toISOString(), archive }));
  if (before) await storage.delete(`${folder}/${before.archive}`);
}

interface Entry {
  /** When it was kept. */
  readonly date: string;
  /** The name of its file. */
  readonly archive: string;
}

async function readEntry(folder: string, storage: Storage): Promise<Entry | undefined> {
  try {
    const entry = parseJson(await storage.getText(`${folder}/entry.json`));
    return isMap(entry) ? { date: String(entry.date), archive: String(entry.archive) } : undefined;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
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
