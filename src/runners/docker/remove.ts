/** Removing a container so that it is really gone. */
import { setTimeout as pause } from 'node:timers/promises';
import { removeContainer } from './client/containers.ts';
import type { Engine } from './client/engine.ts';
import { EngineError } from './client/errors.ts';

const retryMs = 100;
const limitMs = 30_000;

/**
 * Removes a container with its anonymous volumes, whatever its state. Somebody else may be removing it (409), or its
 * file system may still be busy on a loaded engine (500): both pass.
 */
export async function removeFully(engine: Engine, id: string): Promise<void> {
  const end = Date.now() + limitMs;
  for (;;) {
    try {
      await removeContainer(engine, id);
      return;
    } catch (error) {
      if (!(error instanceof EngineError) || error.status < 409 || Date.now() > end) throw error;
    }
    await pause(retryMs);
  }
}
