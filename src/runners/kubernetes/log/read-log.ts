/** Follows the log of a pod's main container, across broken connections and restarted kubelets, to its end. */
import type { IncomingMessage } from 'node:http';
import { UnreachableError } from '../../engine-error.ts';
import type { LogBatch, LogCursor } from '../../runner.ts';
import type { Connection } from '../client/connection.ts';
import { ApiError, isPassing } from '../client/errors.ts';
import { podsPath } from '../client/pods.ts';
import type { LogFollows, LogPlace } from './log-follows.ts';
import { LogLines } from './log-lines.ts';

export interface LogSource {
  readonly connection: Connection;
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly follows: LogFollows;
  /** Resolves when the program runs or has ended: before that there is no log. */
  readonly begun: Promise<void>;
  /** Try before it is known that the program runs; for few pods, as each try is a call. */
  readonly eager: boolean;
  /** Resolves when the program has ended: from then on the log does not grow. */
  readonly ended: Promise<unknown>;
  /** Aborted when nobody wants it any more. */
  readonly signal: AbortSignal;
  /** How long a log that cannot be read after the end is asked for again (ms). */
  readonly lateLimitMs: number;
  /** Said once when the rest of a log is given up. */
  trouble(text: string): void;
}

/** A followed log that says nothing for this long is opened anew: the connection may be dead. */
const silentLimitMs = 5 * 60_000;
/** One that does not grow comes without pauses. */
const wholeLimitMs = 30_000;
/** One that says nothing for this long gives its place to another that wants it. */
const quietMs = 10_000;
/** A followed log ends by itself with its container; one that does not is left, for the last reading has it all. */
const farewellMs = 2_000;
const longestBackOffMs = 5_000;
/** A program runs 0.3 s after its pod's creation, and is seen to run a second later: its log is tried before that. */
const eagerMs = 350;
/** The longest time that a timer of Node can count. */
const longestNapMs = 2 ** 31 - 1;

/**
 * Every line once, in batches with the cursor behind them. The end of a followed log means nothing: it looks the same
 * when the kubelet dies. Only a reading that began after the program's end, and ended well, has the whole.
 */
export async function* readLog(source: LogSource, from?: LogCursor): AsyncGenerator<LogBatch> {
  const { signal, follows } = source;
  let cursor = from;
  let ended = false;
  let begun = false;
  let wake = () => {};
  void source.ended.then(() => {
    ended = true;
    wake();
  });
  void source.begun.then(() => {
    if (!begun) wake();
    begun = true;
  });
  /** @param known whether the end was known when it was last looked at: it may have come meanwhile */
  const nap = (ms: number, known = ended) =>
    new Promise<void>(resolve => {
      const timer = setTimeout(() => wake(), ms);
      wake = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', wake);
        wake = () => {};
        resolve();
      };
      signal.addEventListener('abort', wake, { once: true });
      if (signal.aborted || ended !== known) wake();
    });
  await nap(source.eager ? eagerMs : longestNapMs);
  let lateSince: number | undefined;
  let quiet = false;
  for (let failures = 0; !signal.aborted; ) {
    const last = ended;
    const lines = new LogLines(cursor);
    const place = last ? undefined : follows.enter({ bytes: lines.bytes, quiet });
    let heardAt = 0;
    try {
      for await (const batch of readOnce(source, lines, place?.way ?? 'end')) {
        cursor = batch.cursor;
        failures = 0;
        yield batch;
        heardAt = Date.now();
      }
      if (last) return;
      quiet = Date.now() - heardAt > quietMs;
      if (place?.way === 'read') {
        await nap(place.pauseMs, last);
        continue;
      }
    } catch (error) {
      if (signal.aborted || hasNoLog(error, last)) return;
      if (last) {
        lateSince ??= Date.now();
        const passing = isPassing(error) || kubeletStarts(error);
        if (!passing || Date.now() - lateSince > source.lateLimitMs) {
          source.trouble(`The rest of the log of the pod ${source.pod} cannot be read: ${(error as Error).message}`);
          return;
        }
      }
    } finally {
      place?.leave();
    }
    failures += 1;
    await nap(Math.min(longestBackOffMs, 100 * 2 ** failures), last);
  }
}

/** The pod is gone; or, after the end, its container "is waiting to start" (400): it never ran. */
function hasNoLog(error: unknown, ended: boolean): boolean {
  if (!(error instanceof ApiError)) return false;
  return (error.status === 404 && !kubeletStarts(error)) || (ended && error.status === 400);
}

/**
 * A kubelet that was just started does not know its pods yet: for a second (seen on 1.34) it answers 404, which the
 * API server passes on as "the server could not find the requested resource ( pods/log NAME)". Of a pod that is gone
 * the API server itself says `pods "NAME" not found`.
 */
function kubeletStarts(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404 && error.message.includes('pods/log');
}

/** @param way `end`: what there is, which is the whole as the program has ended */
async function* readOnce(source: LogSource, lines: LogLines, way: LogPlace['way'] | 'end'): AsyncGenerator<LogBatch> {
  const follow = way === 'follow';
  // Thousands wait for their turn at once: what a reading needs is made after that.
  const done = follow ? undefined : await source.connection.readings.take(source.signal);
  const query = new URLSearchParams({
    container: source.container,
    timestamps: 'true',
    ...(follow && { follow: 'true' }),
    ...(lines.since !== undefined && { sinceTime: lines.since }),
  });
  const leave = new AbortController();
  const path = `${podsPath(source.namespace, source.pod, 'log')}?${query}`;
  const signal = AbortSignal.any([source.signal, leave.signal]);
  // Counted from the request on: of a program that says nothing not even the head of the answer comes.
  let heard = Date.now();
  const silent = setInterval(() => {
    const limit = !follow ? wholeLimitMs : source.follows.crowded ? quietMs : silentLimitMs;
    if (Date.now() - heard > limit) leave.abort();
  }, quietMs / 2);
  let isOver = false;
  let farewell: NodeJS.Timeout | undefined;
  if (follow) {
    void source.ended.then(() => {
      if (!isOver) farewell = setTimeout(() => leave.abort(), farewellMs);
    });
  }
  let stream: IncomingMessage | undefined;
  try {
    stream = await source.connection.stream(path, signal, follow ? 'own socket' : 'kept socket');
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      heard = Date.now();
      const read = lines.push(chunk);
      if (read.length > 0) yield { lines: read, cursor: lines.cursor };
    }
    if (way === 'end') {
      const rest = lines.end();
      if (rest.length > 0) yield { lines: rest, cursor: lines.cursor };
    }
  } catch (error) {
    if (!stream && !leave.signal.aborted) throw error;
    // A followed log that breaks is read again from where it stands; the last reading has to end well.
    if (!follow) throw new UnreachableError(source.connection.access.server.origin, error);
  } finally {
    clearInterval(silent);
    isOver = true;
    clearTimeout(farewell);
    stream?.destroy();
    done?.();
  }
}
