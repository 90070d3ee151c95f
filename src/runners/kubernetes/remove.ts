/** Deletes a run's pod, whatever its state. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Connection } from './client/connection.ts';
import { ApiError, isPassing } from './client/errors.ts';
import { deletePod } from './client/pods.ts';

const attempts = 8;

/** @param graceSeconds between SIGTERM and SIGKILL; 0: the object goes at once, for pods whose program has ended */
export async function removePod(
  connection: Connection,
  namespace: string,
  pod: { readonly name: string; readonly uid?: string },
  graceSeconds: number,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await deletePod(connection, namespace, pod.name, {
        graceSeconds,
        ...(pod.uid !== undefined && { uid: pod.uid }),
      });
      return;
    } catch (error) {
      // 409: another pod of that name is there; ours is gone.
      if (error instanceof ApiError && (error.status === 404 || error.status === 409)) return;
      if (!isPassing(error) || attempt === attempts) throw error;
      const asked = error instanceof ApiError ? error.retryAfterMs : undefined;
      await pause(asked ?? Math.min(5_000, 100 * 2 ** attempt));
    }
  }
}
