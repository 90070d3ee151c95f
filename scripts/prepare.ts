/**
 * Makes a checkout ready to run: `node prepare.ts HOME`. HOME is the checkout, or the folder that gets a copy of it when
 * the checkout cannot be written. Installs libraries when the lock file changed and bundles the sources. Exit code 2
 * when that cannot be done, with the reason and what to do on stderr.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

const checkout = join(import.meta.dirname, '..');
const home = process.argv[2] ?? checkout;
const dist = join(home, 'dist');
const stamp = join(dist, '.stamp');
const sources = ['src', 'scripts', 'build.ts', 'package.json', 'package-lock.json'];

/** Another first start may take as long as downloads on a slow line do. */
const patienceMs = 15 * 60 * 1000;

function say(text: string): void {
  process.stderr.write(`windlass: ${text}\n`);
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}

/**
 * One start prepares, the others wait for it. A lock of SQLite's, because the system drops it when its holder dies,
 * however it dies: no stale lock files to detect.
 */
function lock(): DatabaseSync {
  const path = join(dist, '.lock');
  const held = new DatabaseSync(path, { timeout: 0 });
  try {
    held.exec('BEGIN IMMEDIATE');
    return held;
  } catch {
    held.close();
  }
  say('another start is preparing this folder; waiting for it');
  const waiting = new DatabaseSync(path, { timeout: patienceMs });
  waiting.exec('BEGIN IMMEDIATE');
  return waiting;
}

/** The newest change of a file or folder, in ms since the epoch. A folder's time changes when a file is removed. */
function newest(path: string): number {
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(found.mtimeMs, ...readdirSync(path).map(name => newest(join(path, name))));
}

/** The same question as in ./windlass, asked again under the lock. */
function isBuilt(): boolean {
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8').split('\n')[0] !== process.execPath) return false;
  return Math.max(...sources.map(name => newest(join(checkout, name)))) <= statSync(stamp).mtimeMs;
}

function copyCheckout(): void {
  for (const name of sources)
    cpSync(join(checkout, name), join(home, name), { recursive: true, preserveTimestamps: true });
}

/** False when npm failed; it has been said why. */
function installLibraries(): boolean {
  // npm writes this file last, so it is newer than a lock file that it was made from.
  const installed = join(home, 'node_modules', '.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(home, 'package-lock.json')).mtimeMs)
    return true;
  const began = Date.now();
  say('installing libraries');
  // A developer's checkout keeps its tools.
  const omit = existsSync(join(home, 'node_modules', 'typescript')) ? [] : ['--omit=dev'];
  const npm = spawnSync(
    'sh',
    ['-c', '. "$0" && npm_quietly "$@"', join(checkout, 'scripts/npm.sh'), home, 'ci', '--ignore-scripts', ...omit],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  if (npm.status !== 0) return false;
  say(`libraries are installed (${seconds(began)})`);
  return true;
}

async function bundleSources(): Promise<void> {
  const began = Date.now();
  // Of `home`, because esbuild is found beside it.
  const { build }: typeof import('../build.ts') = await import(pathToFileURL(join(home, 'build.ts')).href);
  const { makeSnapshot }: typeof import('./snapshot.ts') = await import(
    pathToFileURL(join(home, 'scripts/snapshot.ts')).href
  );
  const [, missing] = await Promise.all([build(home), makeSnapshot(home, dist)]);
  say(`built (${seconds(began)})`);
  if (missing !== undefined) say(`no start-up snapshot could be made, so starts take longer: ${missing}`);
}

/** The stamp is as old as the sources that were read: what is edited while they are bundled is newer. */
function writeStamp(beganMs: number): void {
  const { ino, size } = statSync(process.execPath, { bigint: true });
  writeFileSync(`${stamp}.new`, `${process.execPath}\n${ino} ${size}\n`);
  utimesSync(`${stamp}.new`, beganMs / 1000, beganMs / 1000);
  renameSync(`${stamp}.new`, stamp);
}

function explain(error: unknown): string {
  const { code, path, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC') return `The disk is full (${path ?? home}): free some space and start again.`;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return `${path ?? home} cannot be written: is it another user's? Remove it, or start as that user.`;
  if (code === 'ERR_SQLITE_ERROR')
    return `${dist} cannot be locked (${message}): is another start hanging, or is it on a network file system?`;
  return `The sources in ${home} cannot be bundled: ${message.split('\n')[0]}`;
}

async function prepare(): Promise<boolean> {
  if (isBuilt()) return true;
  const began = Date.now();
  if (home !== checkout) copyCheckout();
  if (!installLibraries()) return false;
  await bundleSources();
  writeStamp(began);
  return true;
}

try {
  mkdirSync(dist, { recursive: true });
  const held = lock();
  try {
    if (!(await prepare())) process.exitCode = 2;
  } finally {
    held.close();
  }
} catch (error) {
  say(explain(error));
  process.exitCode = 2;
}
