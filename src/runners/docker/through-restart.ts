/** Asking again while an engine is being restarted. */
import { setTimeout as pause } from 'node:timers/promises';
import { EngineError, UnreachableError } from '../engine-error.ts';

const pauseMs = 500;
const limitMs = 60_000;

/**
 * Asks until there is an answer, for a minute at most. An engine that is stopped in order refuses with 500 first, then
 * nobody listens; a container that has ended is still there when the engine is back.
 *
 * @param signal ends the asking
 * @throws what `ask` failed by, at once when no restart explains it
 */
export async function throughRestart<T>(signal: AbortSignal, ask: () => Promise<T>): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!mayBeRestart(error) || Date.now() > end) throw error;
    }
    await pause(pauseMs, undefined, { signal });
  }
}

function mayBeRestart(error: unknown): boolean {
  if (error instanceof EngineError) return error.status >= 500;
  return error instanceof UnreachableError && (error.code === 'ECONNREFUSED' || error.code === 'ENOENT');
}
