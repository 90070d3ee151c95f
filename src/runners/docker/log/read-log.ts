/** Reads a container's log to its end: follows it while the container lives, then reads the rest. */
import { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { EngineError } from '../../engine-error.ts';
import type { LogBatch, LogCursor, LogLine } from '../../runner.ts';
import { ChunkQueue } from '../client/chunk-queue.ts';
import { openLog } from '../client/containers.ts';
import type { Engine } from '../client/engine.ts';
import { ContainerLines } from './container-lines.ts';
import { isComplete } from './is-complete.ts';
import { sinceText } from './position.ts';

/** Lines that come within this time go together: a transaction for each line would hold up a program that says much. */
const batchMs = 20;
const batchBytes = 64 * 1024;
/** A follow that says nothing for so long is opened anew; engines lose them in silence (kubernetes/kubernetes#59902). */
const silenceMs = 60_000;
/** After the end, a follow that says nothing for so long is left; what it still owes is read without following. */
const quietMs = 250;
const retryMs = 200;
const retries = 50;
/** The shortest time between two copies of a log that cannot be followed. */
const pollMs = 200;

export interface LogSource {
  readonly engine: Engine;
  readonly id: string;
  /** The container's log driver. */
  readonly driver: string;
  /** Resolves when the container has ended or is gone. */
  readonly ended: Promise<unknown>;
  /** Closes everything that is open here. */
  readonly signal: AbortSignal;
}

/**
 * Batches of lines with the cursor behind them, from `from` on; ends when the container has ended and its log is read.
 * Broken and silent connections are opened again from the last cursor.
 */
export async function* readLog(source: LogSource, from: LogCursor | undefined): AsyncGenerator<LogBatch> {
  const end = { known: false };
  source.ended.then(() => {
    end.known = true;
  });
  // What is settled already is known after one turn.
  await Promise.resolve();
  let cursor = from;
  const growing: Growing = { last: undefined };
  while (!end.known) {
    const began = performance.now();
    // Podman 4.3 loses lines when it follows a log that grows fast (seen: 2,700 of 20,000); copies of it are whole.
    const { podman } = source.engine;
    for await (const batch of podman ? copy(source, cursor, growing) : follow(source, cursor, end)) {
      cursor = batch.cursor;
      yield batch;
    }
    // Each copy is made from the log's beginning: a long log is copied less often.
    const rest = podman ? Math.max(pollMs, 10 * (performance.now() - began)) : retryMs;
    if (!end.known) await endedWithin(source.ended, rest);
  }
  // One that cannot be asked is read again, with its own patience.
  if (await isComplete(source, cursor).catch(() => false)) return;
  yield* readRest(source, cursor);
}

/** The last record of the latest copy of a log that grows. */
interface Growing {
  last: Buffer | undefined;
}

/** What the log holds now; its last record only when it was the last one, and the same, the time before. */
async function* copy(source: LogSource, from: LogCursor | undefined, growing: Growing): AsyncGenerator<LogBatch> {
  const log = new ContainerLines(source.driver, from, true);
  try {
    for await (const chunk of await open(source, log, false, source.signal)) {
      const lines = log.push(chunk as Buffer);
      if (lines.length > 0) yield { lines, cursor: log.cursor() };
    }
    const { held } = log;
    const lines = held && growing.last?.equals(held) ? log.releaseHeld() : [];
    growing.last = held;
    if (lines.length > 0) yield { lines, cursor: log.cursor() };
  } catch {
    // A broken connection; the next copy, or the reading after the end, begins where this one broke off.
  }
}

function open(
  { engine, id }: LogSource,
  { since }: ContainerLines,
  follow: boolean,
  signal: AbortSignal,
): ReturnType<typeof openLog> {
  return openLog(engine, id, { follow, since: since && sinceText(since, engine.podman), signal });
}

/** Waits for the end, but not for long. A timer that was left behind would hold up the end of the process by as much. */
async function endedWithin(ended: Promise<unknown>, limitMs: number): Promise<void> {
  const over = new AbortController();
  const limit = pause(limitMs, undefined, { signal: over.signal }).catch(() => {});
  await Promise.race([ended, limit]);
  over.abort();
}

async function* follow(
  source: LogSource,
  from: LogCursor | undefined,
  end: { readonly known: boolean },
): AsyncGenerator<LogBatch> {
  const lines = new ContainerLines(source.driver, from);
  const closing = new AbortController();
  // By hand, for what AbortSignal.any keeps of its signals no start-up snapshot can hold.
  const abort = () => closing.abort(source.signal.reason);
  if (source.signal.aborted) abort();
  source.signal.addEventListener('abort', abort, { once: true });
  const opening = open(source, lines, true, closing.signal);
  // Podman sends no headers before the first line (containers/podman#23712).
  const opened = await Promise.race([opening, source.ended]).catch(() => undefined);
  if (!(opened instanceof Readable)) {
    opening.catch(() => {});
    source.signal.removeEventListener('abort', abort);
    closing.abort();
    return;
  }
  const queue = new ChunkQueue(opened);
  source.ended.then(() => queue.wake());
  try {
    yield* batches(queue, lines, end);
  } finally {
    source.signal.removeEventListener('abort', abort);
    queue.close();
  }
}

async function* batches(
  queue: ChunkQueue,
  log: ContainerLines,
  end: { readonly known: boolean },
): AsyncGenerator<LogBatch> {
  let lines: LogLine[] = [];
  let bytes = 0;
  let due = 0;
  for (;;) {
    const ended = end.known;
    const got = await queue.take(lines.length > 0 ? Math.max(0, due - performance.now()) : ended ? quietMs : silenceMs);
    if (typeof got !== 'string') {
      if (lines.length === 0) due = performance.now() + batchMs;
      for (const chunk of got) {
        bytes += chunk.length;
        lines.push(...log.push(chunk));
      }
      if (bytes < batchBytes && performance.now() < due) continue;
    }
    if (lines.length > 0) yield { lines, cursor: log.cursor() };
    else if (got === 'silent' && (ended || !end.known)) return;
    if (got === 'end') return;
    lines = [];
    bytes = 0;
  }
}

/** The log of an ended container from the cursor to its end, complete or not at all. */
async function* readRest(source: LogSource, from: LogCursor | undefined): AsyncGenerator<LogBatch> {
  let cursor = from;
  for (let attempt = 1; ; attempt++) {
    const log = new ContainerLines(source.driver, cursor);
    try {
      const stream = await open(source, log, false, source.signal);
      for await (const chunk of stream) {
        const lines = log.push(chunk as Buffer);
        if (lines.length === 0) continue;
        cursor = log.cursor();
        yield { lines, cursor };
      }
      const last = log.end();
      if (last.length > 0) yield { lines: last, cursor: log.cursor() };
      return;
    } catch (error) {
      // Gone with its log: the outcome says so.
      if (source.signal.aborted || (error instanceof EngineError && error.status === 404)) return;
      if (attempt === retries) throw error;
      await pause(retryMs);
    }
  }
}
