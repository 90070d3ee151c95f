/**
 * The folder of a run: what its supervisor and we tell each other, so that both may die at any moment.
 *
 * | file             | written by     | says |
 * |------------------|----------------|------|
 * | `run.json`       | prepare        | the run's id, its owner, and the secret in its end mark |
 * | `started`        | the supervisor, or stop | created exclusively: who creates it decides, once, whether the program runs |
 * | `pipes/`         | start, or the supervisor | the pipes that are the program's stdout and stderr |
 * | `readers`        | the supervisor | the pids of the two `cat`s between the program's pipes and the files |
 * | `stdout`,`stderr`| those `cat`s   | the log; the end mark follows the program's last byte |
 * | `exit`           | the supervisor | the exit status as the shell gives it; `failed` when the program could not be set up |
 * | `stop`           | stop           | the program was ended by us |
 * | `supervisor.log` | the supervisor | its own troubles |
 *
 * What is written in one go by a shell builtin is complete when it ends with a line feed. That spares a `mv` for each
 * file (0.7 ms), and also tells a file that a crash of the machine left empty.
 */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isMap, type Value } from '../../model/value.ts';
import type { ProcessIdentity } from './process-table.ts';

const recordName = 'run.json';

export interface RunRecord {
  readonly runId: string;
  readonly owner: string;
  /** Random, so that no program can end its own log. */
  readonly endSecret: string;
}

export function fileOf(dir: string, name: string): string {
  return join(dir, name);
}

export function pipesOf(dir: string): string {
  return fileOf(dir, 'pipes');
}

/** Makes the folder, readable only by us. What an earlier call has written stays: a program may run with it. */
export function createRunFolder(dir: string, run: { runId: string; owner: string }): void {
  if (readRecord(dir)?.runId === run.runId) return;
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  chmodSync(dir, 0o700);
  const record: RunRecord = { ...run, endSecret: randomBytes(12).toString('hex') };
  writeFileSync(fileOf(dir, recordName), `${JSON.stringify(record)}\n`, { mode: 0o600 });
}

/** What `prepare` wrote; undefined when the folder is gone or not one of ours. */
export function readRecord(dir: string): RunRecord | undefined {
  const text = read(dir, recordName);
  if (text === undefined || !text.endsWith('}\n')) return undefined;
  const value = JSON.parse(text) as Value;
  if (!isMap(value)) return undefined;
  const { runId, owner, endSecret } = value;
  if (typeof runId !== 'string' || typeof owner !== 'string' || typeof endSecret !== 'string') return undefined;
  return { runId, owner, endSecret };
}

/** The folders directly below `parent`; none when there is no such folder. */
export function foldersIn(parent: string): string[] {
  try {
    return readdirSync(parent, { withFileTypes: true })
      .filter(entry => entry.isDirectory())
      .map(entry => join(parent, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** `open`: nobody has decided yet. `incomplete`: the supervisor is at it, or died at it. `refused`: it shall never start. */
export type Started = 'open' | 'incomplete' | 'refused' | ProcessIdentity;

export function readStarted(dir: string): Started {
  const text = read(dir, 'started');
  if (text === undefined) return 'open';
  if (text === 'refused\n') return 'refused';
  const match = /^(\d+)\|([^|]*)\|([^|]*)\n$/.exec(text);
  if (match === null) return 'incomplete';
  return { pid: Number(match[1]), start: match[2] ?? '', boot: match[3] ?? '' };
}

/** Decides that the program shall not start. False when a supervisor was faster, or the folder is gone. */
export function refuseStart(dir: string): boolean {
  try {
    writeFileSync(fileOf(dir, 'started'), 'refused\n', { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    throw error;
  }
}

/** The program's exit status; `failed` when the supervisor could not set it up; undefined before its end. */
export function readExit(dir: string): number | 'failed' | undefined {
  const text = read(dir, 'exit');
  if (text === 'failed\n') return 'failed';
  return text !== undefined && /^\d+ *\n$/.test(text) ? Number(text) : undefined;
}

/** Process ids of what reads the pipes. */
export function readReaders(dir: string): Set<number> {
  const text = read(dir, 'readers') ?? '';
  return new Set(text.endsWith('\n') ? text.trim().split(' ').map(Number) : []);
}

/** So that whoever finds the run later knows that its end was wanted. */
export function noteStop(dir: string): void {
  writeFileSync(fileOf(dir, 'stop'), '', { mode: 0o600 });
}

/** Was the end of the run wanted? */
export function isStopNoted(dir: string): boolean {
  return read(dir, 'stop') !== undefined;
}

/** What the supervisor complained about, in one line. */
export function readTrouble(dir: string): string {
  return (read(dir, 'supervisor.log') ?? '').trim().replaceAll('\n', '; ');
}

/** The record goes last: a run whose removal was cut off is still found, and removed again. */
export function removeRunFolder(dir: string): void {
  if (!existsSync(dir)) return;
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    // One call for a file, where `rm` makes four.
    if (entry.isDirectory()) rmSync(fileOf(dir, entry.name), { recursive: true });
    else if (entry.name !== recordName) unlinkSync(fileOf(dir, entry.name));
  }
  // Readers that were killed a moment ago may still make the log file that they were opening.
  rmSync(dir, { recursive: true, maxRetries: 10, retryDelay: 10 });
}

/** Removes what a removal that was cut off at its last step left. */
export function removeEmptyFolder(dir: string): void {
  if (existsSync(dir) && readdirSync(dir).length === 0) rmdirSync(dir);
}

function read(dir: string, name: string): string | undefined {
  const path = fileOf(dir, name);
  // Most looks find nothing; the error that would say so costs ten times as much as this.
  if (!existsSync(path)) return undefined;
  try {
    // Synchronous: a few bytes from the page cache take 15 µs so, and 100 µs of CPU through the thread pool.
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
