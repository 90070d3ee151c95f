/** When a failed attempt is tried again. Kestra's arithmetic, its oddities included (spec: "exponential" is linear). */
import { parseDuration } from '../model/duration.ts';
import type { Retry } from '../model/flow.ts';

/**
 * The time of the next attempt in milliseconds since the epoch; undefined when there is none.
 * @param attempts how many were made
 * @param firstStart when the first began
 * @param random a number in [0, 1)
 */
export function nextAttempt(
  retry: Retry,
  attempts: number,
  firstStart: number,
  lastEnd: number,
  random: number,
): number | undefined {
  if (retry.maxAttempts !== undefined && attempts >= retry.maxAttempts) return undefined;
  const next = lastEnd + delay(retry, attempts, random);
  if (retry.maxDuration !== undefined && next > firstStart + parseDuration(retry.maxDuration)) return undefined;
  return next;
}

function delay(retry: Retry, attempts: number, random: number): number {
  const duration = (text: string | undefined) => (text === undefined ? 0 : parseDuration(text));
  switch (retry.type) {
    case 'constant':
      return duration(retry.interval);
    case 'exponential': {
      // The first retry is immediate and growth is linear, as Kestra 1.0.20 does it (observed.md section 2).
      const wanted = duration(retry.interval) * Math.trunc(retry.delayFactor ?? 2) * (attempts - 1);
      return retry.maxInterval === undefined ? wanted : Math.min(wanted, duration(retry.maxInterval));
    }
    case 'random': {
      const from = duration(retry.minInterval);
      return from + random * (duration(retry.maxInterval) - from);
    }
  }
}
