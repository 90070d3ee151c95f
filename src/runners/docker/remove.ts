/** Removing a container so that it is really gone. */
import { setTimeout as pause } from 'node:timers/promises';
import { EngineError } from '../engine-error.ts';
import { inspectIfThere, killContainer, removeContainer } from './client/containers.ts';
import type { Engine } from './client/engine.ts';
import { keptLabel, leftRunning, runLabel } from './container-body.ts';
import { wasStarted } from './end-watch.ts';

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

/**
 * Removes a container that nobody tracks. One that is to stay when it has ended is only ended, one that nobody waits
 * for goes on; the container's own labels say so.
 */
export async function removeUnlessKept(engine: Engine, id: string, runId: string): Promise<void> {
  const there = await inspectIfThere(engine, id);
  // A name may be somebody else's.
  if (there?.Config.Labels?.[runLabel] !== runId) return;
  const kept = there.Config.Labels?.[keptLabel];
  if (kept === undefined || !wasStarted(there.State)) await removeFully(engine, id);
  else if (kept !== leftRunning) await killContainer(engine, id, 'SIGKILL');
}
