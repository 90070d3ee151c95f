/**
 * Pairs of named pipes that wait for their next run. Only a program, `mkfifo`, can make one, and that took 0.9 ms of
 * the 6 ms of CPU that a task costs beside its own program.
 */
import { closeSync, constants, existsSync, mkdirSync, openSync, readSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newId } from '../../model/ids.ts';
import { foldersIn } from './run-folder.ts';

/** Left behind in the state folder when we end, for the next process. */
const mostKept = 8;

/** The two pipes in a run's folder of pipes. */
export function pipesIn(pipes: string): readonly [stdout: string, stderr: string] {
  return [join(pipes, 'stdout'), join(pipes, 'stderr')];
}

/**
 * Makes a run's folder of pipes: with a pair of the stock in it, or without, and then the supervisor makes them. Two
 * processes of ours may do this at once, for one run as for several: there is one such folder, and it stays.
 */
export function takePipes(stock: string | undefined, pipes: string): void {
  if (existsSync(pipes)) return;
  for (const pair of stock === undefined ? [] : foldersIn(stock)) if (move(pair, pipes)) return;
  const made = `${pipes}-${newId()}`;
  mkdirSync(made, { mode: 0o700 });
  // An empty folder would be replaced by whoever comes second: rename(2).
  writeFileSync(join(made, 'made'), '');
  move(made, pipes);
}

/** False when another process has taken the folder; true also when there is one in its place already. */
function move(folder: string, place: string): boolean {
  try {
    renameSync(folder, place);
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return true;
    if (code === 'ENOENT') return false;
    throw error;
  }
}

/** Puts an ended run's pipes into the stock, unless somebody still holds one: what that writes belongs to no other run. */
export function keepPipes(stock: string, pipes: string): void {
  if (!pipesIn(pipes).every(isIdle)) return;
  mkdirSync(stock, { recursive: true, mode: 0o700 });
  if (foldersIn(stock).length < mostKept) renameSync(pipes, join(stock, newId()));
}

/** Does a reader still move bytes from one of the pipes to its file? */
export function hasReaders(pipes: string): boolean {
  return pipesIn(pipes).some(hasReader);
}

function isIdle(pipe: string): boolean {
  return existsSync(pipe) && !hasReader(pipe) && !hasWriter(pipe);
}

/** Opening the writing end of a pipe without waiting fails when nobody reads it: fifo(7). */
function hasReader(pipe: string): boolean {
  try {
    closeSync(openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK));
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENXIO' || code === 'ENOENT') return false;
    throw error;
  }
}

/** A pipe that nobody can write to is at its end; one that is only empty would have to be waited for: read(2). */
function hasWriter(pipe: string): boolean {
  const file = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    return readSync(file, Buffer.alloc(1)) > 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return true;
    throw error;
  } finally {
    closeSync(file);
  }
}
