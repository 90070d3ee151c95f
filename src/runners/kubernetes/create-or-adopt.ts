/** Creates the pod of a run once, whatever becomes of the answers. */
import { setTimeout as pause } from 'node:timers/promises';
import type { RunSpec } from '../../model/run.ts';
import { PrepareError, type Progress } from '../runner.ts';
import type { Connection } from './client/connection.ts';
import { ApiError, isPassing } from './client/errors.ts';
import { createPod, getPod, type PodObject } from './client/pods.ts';
import { idLabel, ownerLabel, runLabel } from './pod-name.ts';
import { removePod } from './remove.ts';
import type { JsonMap, Settings } from './settings.ts';

/** How long a cluster that was reached before may be away while a pod is created or looked up. */
const reachLimitMs = 60_000;
const longestPauseMs = 2_000;

export interface PodCreation {
  readonly connection: Connection;
  readonly spec: RunSpec;
  readonly settings: Settings;
  /** The pod as the API takes it, with its name. */
  readonly body: JsonMap;
  /** This process has asked for it before: taking it over is no adoption. */
  readonly own: boolean;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * One of that name is ours when its labels say so: the answer to its creation was lost, or somebody died before
 * storing it.
 *
 * @throws PrepareError when the name is somebody else's; ApiError, UnreachableError, TokenError
 */
export async function createOrAdopt(creation: PodCreation): Promise<PodObject> {
  const { connection, spec, settings, body, own, progress, signal } = creation;
  const { namespace } = settings;
  const { name } = (body as unknown as PodObject).metadata;
  const began = Date.now();
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted();
    try {
      return await createPod(connection, namespace, body, signal);
    } catch (error) {
      if (error instanceof ApiError && error.status === 409 && error.reason === 'AlreadyExists') {
        const there = await podIfThere(connection, namespace, name);
        // One that is on its way out is waited for.
        if (there && there.metadata.deletionTimestamp === undefined) {
          if (!isOurs(there, spec)) {
            const detail = `The name ${name} is taken in the namespace ${namespace} by a pod that is not ours.`;
            throw new PrepareError({ kind: 'never-started', detail });
          }
          if (settings.resume || own) return there;
          await removePod(connection, namespace, there.metadata, 1);
        }
      } else if (isPassing(error)) {
        progress({ kind: 'trouble', text: `The pod cannot be created yet: ${(error as Error).message}` });
      } else {
        throw error;
      }
      if (Date.now() - began > reachLimitMs || (attempt > 3 && !connection.reached)) throw error;
      const asked = error instanceof ApiError ? error.retryAfterMs : undefined;
      await pause(asked ?? Math.min(longestPauseMs, 100 * 2 ** attempt), undefined, { signal });
    }
  }
}

function isOurs({ metadata: { labels = {} } }: PodObject, spec: RunSpec): boolean {
  return labels[ownerLabel] === idLabel(spec.owner) && labels[runLabel] === idLabel(spec.runId);
}

/** Asked again while the API server is away: a run that goes on without us must not be lost for that. */
export async function podIfThere(
  connection: Connection,
  namespace: string,
  name: string,
): Promise<PodObject | undefined> {
  const began = Date.now();
  for (let attempt = 1; ; attempt++) {
    try {
      return await getPod(connection, namespace, name);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      if (!isPassing(error) || Date.now() - began > reachLimitMs) throw error;
      await pause(Math.min(longestPauseMs, 100 * 2 ** attempt));
    }
  }
}
