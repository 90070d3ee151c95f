/** What a task leaves behind: its output files, moved to internal storage. */
import { rm } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { newId } from '../model/ids.ts';
import type { Storage } from '../storage/storage.ts';
import { fileUri } from '../storage/uris.ts';
import { compileGlobs } from './java-glob.ts';
import { libraryFolder } from './library-folder.ts';
import { walkFiles } from './walk.ts';

export interface Collecting {
  /** Path on this machine. */
  readonly workDir: string;
  /** Below `workDir`. All files in it are outputs; it is removed afterwards. */
  readonly outputDir?: string;
  /** The rendered `outputFiles`; see `compileGlobs`. */
  readonly globs: readonly string[];
  readonly storage: Storage;
  /** Where they are stored: `kestra:///…/tasks/<task>/<taskRun>`. */
  readonly storagePrefix: string;
  /** Told of every file that could not be read or stored. The others are not lost. */
  readonly warn: (message: string) => void;
}

/**
 * Storage URIs by name: files of the output directory relative to it, then files of the working directory that match
 * the globs relative to that; of the same name the latter wins, as in Kestra. Links are not followed. Captured files
 * are moved: a later task in the same working directory no longer sees them (conformance wd-process-captured).
 *
 * @throws GlobError
 */
export async function collectOutputs(collecting: Collecting): Promise<Record<string, string>> {
  const { workDir, outputDir, globs, warn } = collecting;
  const matches = compileGlobs(globs, workDir);
  const stored = new Map<string, string>();
  if (outputDir !== undefined) {
    for (const path of await filesIn(outputDir, warn)) {
      await store(collecting, join(outputDir, path), path, path, stored);
    }
    // Emptied now, but for what could not be stored: that is no output file of the working directory either.
    await rm(outputDir, { recursive: true, force: true });
  }
  if (globs.length > 0) {
    for (const path of await filesIn(workDir, warn)) {
      if (!matches(path) || path.startsWith(`${libraryFolder}/`)) continue;
      // Two folders may hold files of one name (kestra-io/kestra#3991).
      await store(collecting, join(workDir, path), path, `${newId()}-${posix.basename(path)}`, stored);
    }
  }
  return Object.fromEntries(stored);
}

/** Sorted, and all known before the first is moved. The output directory may be gone: then nothing was put there. */
async function filesIn(dir: string, warn: Collecting['warn']): Promise<string[]> {
  const files: string[] = [];
  const walk = walkFiles(dir, {
    onUnreadable: (path, error) => {
      const missing = path === '' && (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (!missing) warn(`The folder "${path || dir}" could not be read for output files: ${error.message}`);
    },
  });
  for await (const path of walk) files.push(path);
  return files.sort();
}

async function store(
  { storage, storagePrefix, warn }: Collecting,
  local: string,
  key: string,
  name: string,
  stored: Map<string, string>,
): Promise<void> {
  const uri = fileUri(storagePrefix, name);
  try {
    await storage.putFile(uri, local, { move: true });
    await rm(local, { force: true });
    stored.set(key, uri);
  } catch (error) {
    warn(`The output file "${key}" could not be stored: ${error instanceof Error ? error.message : String(error)}`);
  }
}
