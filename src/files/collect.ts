/** What a task leaves behind: its output files, moved to internal storage. */
import { type Dirent, existsSync, lstatSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, posix, relative } from 'node:path';
import { newId } from '../model/ids.ts';
import type { Storage } from '../storage/storage.ts';
import { fileUri } from '../storage/uris.ts';
import { compileGlobs } from './java-glob.ts';
import { libraryFolder } from './library-folder.ts';
import { removeFolder } from './remove-folder.ts';
import { kindOf, type OtherKind, walkFiles } from './walk.ts';

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
  /** What a container had of links that lead out of it, pipes and devices, which never came here; by path below `workDir`. */
  readonly others?: ReadonlyMap<string, OtherKind>;
  /** Told of every file that could not be read or stored, and of what is asked for and no file. The others are not lost. */
  readonly warn: (message: string) => void;
}

/** A file that is to be stored: its name among the outputs, its place in the working directory, its storage URI. */
export interface Capture {
  readonly key: string;
  readonly path: string;
  readonly uri: string;
}

/**
 * What there is to store, and where: files of the output directory by their path in it, then files of the working
 * directory that match the globs by theirs; of the same name the latter wins, as in Kestra. Links are not followed.
 * Captured files are moved: a later task in the same working directory no longer sees them (conformance
 * wd-process-captured). Who notes them before `storeOutputs` can do that again after a crash.
 *
 * @throws GlobError
 */
export async function findOutputs(collecting: Omit<Collecting, 'storage'>): Promise<readonly Capture[]> {
  const { workDir, outputDir, globs, storagePrefix, warn } = collecting;
  const matches = compileGlobs(globs, workDir);
  const found: Capture[] = [];
  const outputName = outputDir === undefined ? undefined : relative(workDir, outputDir);
  const others = new Map(collecting.others);
  const onOther = (path: string, entry: Dirent) => others.set(path, kindOf(entry));
  if (outputDir !== undefined && lstatSync(outputDir, { throwIfNoEntry: false })?.isSymbolicLink()) {
    // Put there by a program, in a container that shares the folder: followed, it would move files of this machine.
    warn('The output directory is left out: it is a link now. Write files into it instead of replacing it.');
  } else if (outputDir !== undefined) {
    for (const key of await filesIn(outputDir, warn, (path, entry) => onOther(join(outputName ?? '', path), entry))) {
      found.push({ key, path: relative(workDir, join(outputDir, key)), uri: fileUri(storagePrefix, key) });
    }
  }
  if (globs.length > 0) {
    const inOutputDir = new Set(found.map(({ path }) => path));
    for (const path of await filesIn(workDir, warn, onOther)) {
      if (inOutputDir.has(path) || !matches(path) || path.startsWith(`${libraryFolder}/`)) continue;
      // Two folders may hold files of one name (kestra-io/kestra#3991).
      found.push({ key: path, path, uri: fileUri(storagePrefix, `${newId()}-${posix.basename(path)}`) });
    }
  }
  warnOfOthers(others, { globs, matches, outputName, warn });
  return found;
}

/** More than these are only counted: `**` may match a whole virtual environment with its links. */
const toldOthers = 5;

function warnOfOthers(
  others: ReadonlyMap<string, OtherKind>,
  wanted: Pick<Collecting, 'globs' | 'warn'> & {
    readonly matches: (path: string) => boolean;
    readonly outputName: string | undefined;
  },
): void {
  const { globs, matches, outputName, warn } = wanted;
  const told: string[] = [];
  for (const [path, kind] of [...others].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (path.startsWith(`${libraryFolder}/`)) continue;
    // Named as it is, or by what a link to a folder seems to hold.
    for (const glob of globs) if (glob.startsWith(`${path}/`)) told.push(notTaken(glob, `"${path}" is ${kind}`));
    if (outputName !== undefined && path.startsWith(`${outputName}/`)) {
      told.push(notTaken(path.slice(outputName.length + 1), `it is ${kind}`));
    } else if (matches(path)) told.push(notTaken(path, `it is ${kind}`));
  }
  for (const text of told.slice(0, toldOthers)) warn(text);
  if (told.length > toldOthers) {
    warn(`${told.length - toldOthers} more links, pipes and devices among the output files are left out.`);
  }
}

function notTaken(name: string, why: string): string {
  return `The output file "${name}" is left out: ${why}, and only regular files in real folders are taken. Copy what it holds into one.`;
}

/** Files that are stored at once: 3,000 small ones took 3.7 s one after the other on two busy cores, so 1.2 s. */
const atOnce = 16;

/** The second half: moves the files, those that an earlier call has moved already left out, and gives their URIs. */
export async function storeOutputs(
  captures: readonly Capture[],
  { workDir, outputDir, storage, warn }: Pick<Collecting, 'workDir' | 'outputDir' | 'storage' | 'warn'>,
): Promise<Record<string, string>> {
  const store = async ({ key, path, uri }: Capture): Promise<boolean> => {
    const local = join(workDir, path);
    try {
      if (existsSync(local) || !(await storage.exists(uri))) {
        await storage.putFile(uri, local, { move: true });
        // It was moved, unless it had to be copied.
        if (existsSync(local)) await rm(local);
      }
      return true;
    } catch (error) {
      warn(`The output file "${key}" could not be stored: ${error instanceof Error ? error.message : String(error)}`);
      return false;
    }
  };
  const stored = new Map<string, string>();
  for (let first = 0; first < captures.length; first += atOnce) {
    const some = captures.slice(first, first + atOnce);
    const successes = await Promise.all(some.map(store));
    for (const [index, { key, uri }] of some.entries()) if (successes[index]) stored.set(key, uri);
  }
  // Emptied now, but for what could not be stored: that is no output file of the working directory either.
  if (outputDir !== undefined) await removeFolder(outputDir);
  return Object.fromEntries(stored);
}

/** Sorted, and all known before the first is moved. The output directory may be gone: then nothing was put there. */
async function filesIn(
  dir: string,
  warn: Collecting['warn'],
  onOther: (path: string, entry: Dirent) => void,
): Promise<string[]> {
  const files: string[] = [];
  const walk = walkFiles(dir, {
    onOther,
    onUnreadable: (path, error) => {
      const missing = path === '' && (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (!missing) warn(`The folder "${path || dir}" could not be read for output files: ${error.message}`);
    },
  });
  for await (const path of walk) files.push(path);
  return files.sort();
}
