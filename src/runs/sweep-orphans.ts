/** Removing what an engine holds of a store's runs and nobody answers for. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Handle, TaskRunner } from '../runners/runner.ts';

/** Of one store’s runs on one engine. */
export interface OrphanSweep {
  readonly runner: Pick<TaskRunner, 'list' | 'remove'>;
  readonly config: unknown;
  /** Only this owner's: another store's are not even looked at. */
  readonly owner: string;
  /** Does anybody answer for the run, living or to be resumed? */
  isTracked(handle: Handle): Promise<boolean>;
  /** How long a run must have been seen without anybody, by this process's own clock. */
  readonly graceMs: number;
  readonly signal: AbortSignal;
}

/**
 * Looks twice, `graceMs` apart, and removes what nobody answered for at either time. An engine is asked before the
 * store: what it lists was announced to the store before, so a run that begins meanwhile is never taken for an orphan.
 *
 * @returns the number of runs removed
 * @throws what the runner throws when its engine cannot be asked
 */
export async function sweepOrphans(sweep: OrphanSweep): Promise<number> {
  const { runner, config, graceMs, signal } = sweep;
  const before = await orphans(sweep);
  if (before.size === 0) return 0;
  await pause(graceMs, undefined, { signal });
  let removed = 0;
  for (const [runId, handle] of await orphans(sweep)) {
    if (!before.has(runId)) continue;
    await runner.remove(handle, config);
    removed += 1;
  }
  return removed;
}

async function orphans({
  runner,
  config,
  owner,
  isTracked,
  signal,
}: OrphanSweep): Promise<ReadonlyMap<string, Handle>> {
  const listed: Handle[] = [];
  for await (const handle of runner.list(owner, config, signal)) listed.push(handle);
  const found = new Map<string, Handle>();
  for (const handle of listed) if (!(await isTracked(handle))) found.set(handle.runId, handle);
  return found;
}
