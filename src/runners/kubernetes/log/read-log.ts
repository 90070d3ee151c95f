/** Follows the log of a pod's main container, across broken connections and restarted kubelets, to its end. */
import { setTimeout as pause } from 'node:timers/promises';
import type { LogBatch, LogCursor } from '../../runner.ts';
import type { Connection } from '../client/connection.ts';
import { ApiError, isPassing, UnreachableError } from '../client/errors.ts';
import { podsPath } from '../client/pods.ts';
import { mainContainer } from '../paths.ts';
import { LogLines } from './log-lines.ts';

export interface LogSource {
  readonly connection: Connection;
  readonly namespace: string;
  readonly pod: string;
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
  const { signal } = source;
  let cursor = from;
  let ended = false;
  void source.ended.then(() => {
    ended = true;
  });
  let begun = false;
  void source.begun.then(() => {
    begun = true;
  });
  const nap = async (ms: number) => {
    const over = new AbortController();
    const timer = pause(ms, undefined, { signal: AbortSignal.any([signal, over.signal]) }).catch(() => {});
    await Promise.race([timer, ...(begun ? [] : [source.begun]), ...(ended ? [] : [source.ended])]);
    over.abort();
  };
  await nap(source.eager ? eagerMs : longestNapMs);
  let lateSince: number | undefined;
  for (let failures = 0; !signal.aborted; ) {
    const last = ended;
    const lines = new LogLines(cursor);
    try {
      for await (const batch of readOnce(source, lines, !last)) {
        cursor = batch.cursor;
        failures = 0;
        yield batch;
      }
      if (last) return;
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
    }
    failures += 1;
    await nap(Math.min(longestBackOffMs, 100 * 2 ** failures));
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

async function* readOnce(source: LogSource, lines: LogLines, follow: boolean): AsyncGenerator<LogBatch> {
  const query = new URLSearchParams({
    container: mainContainer,
    timestamps: 'true',
    ...(follow && { follow: 'true' }),
    ...(lines.since !== undefined && { sinceTime: lines.since }),
  });
  const leave = new AbortController();
  const path = `${podsPath(source.namespace, source.pod, 'log')}?${query}`;
  const stream = await source.connection.stream(path, AbortSignal.any([source.signal, leave.signal]));
  const silent = setTimeout(() => leave.abort(), silentLimitMs);
  let farewell: NodeJS.Timeout | undefined;
  if (follow) {
    void source.ended.then(() => {
      if (!stream.destroyed) farewell = setTimeout(() => leave.abort(), farewellMs);
    });
  }
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      silent.refresh();
      const read = lines.push(chunk);
      if (read.length > 0) yield { lines: read, cursor: lines.cursor };
    }
    if (!follow) {
      const rest = lines.end();
      if (rest.length > 0) yield { lines: rest, cursor: lines.cursor };
    }
  } catch (error) {
    // A followed log that breaks is read again from where it stands; the last reading has to end well.
    if (!follow) throw new UnreachableError(source.connection.access.server.origin, error);
  } finally {
    clearTimeout(silent);
    clearTimeout(farewell);
    stream.destroy();
  }
}
