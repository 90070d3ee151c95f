/** Removing what a process of ours left behind when it was killed between committing a result and cleaning up. */
import { readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { Handle } from '../runners/runner.ts';
import type { RunPlan } from '../runs/run-plan.ts';
import { sweepOrphans } from '../runs/sweep-orphans.ts';
import { type Claim, FencedError, type RunRecord, type StoredExecution } from '../store/store.ts';
import type { Carried } from './carried.ts';
import type { ExecutionEnvironment } from './execution-environment.ts';

/**
 * Removes the runs of attempts whose results are committed. The runs of attempts still going on are adopted instead.
 *
 * @returns false when an engine could not be reached: what it holds is left to the sweep
 */
export async function removeClosedRuns(carried: Carried, runs: readonly RunRecord[]): Promise<boolean> {
  let isClean = true;
  for (const record of runs) {
    const run = carried.state.taskRun(record.taskRunId);
    if (run?.state.current === 'RUNNING' && run.attempts.length - 1 === record.attempt) continue;
    try {
      await removeRun(carried, record);
    } catch (error) {
      if (error instanceof FencedError) throw error;
      isClean = false;
      const { message } = error as Error;
      await carried.warn(`What an earlier attempt used could not be removed now; it is tried again later: ${message}`);
    }
  }
  return isClean;
}

/**
 * Removes what ended executions left, which the folders of their working directories tell. Executions that have not
 * ended are left to `resume`, those of living processes to these.
 */
export async function sweep(
  environment: ExecutionEnvironment,
  isOurs: (id: string) => boolean,
  carry: (stored: StoredExecution, claim: Claim) => Carried,
): Promise<void> {
  const { store, workRoot } = environment;
  for (const id of foldersIn(workRoot)) {
    const stored = isOurs(id) ? undefined : await store.load(id);
    if (stored?.execution.phase !== 'ended') continue;
    const claim = await store.claim(id, { ended: true });
    if (!claim) continue;
    try {
      // What an engine that cannot be reached now holds, the next sweep finds again.
      await removeRemains(carry(stored, claim), stored.runs);
    } catch {
      // Its flow cannot be read any more, or its folder not be removed: `doctor --sweep` tells. Nothing waits for it.
    } finally {
      await store.release(claim);
    }
  }
}

function foldersIn(workRoot: string): readonly string[] {
  try {
    return readdirSync(workRoot);
  } catch {
    // No execution had a working directory yet.
    return [];
  }
}

/** A run is created in the moment before its handle is stored, and removed in the one after its result is. */
const orphanGraceMs = 5_000;

/**
 * Removes what an engine holds of this store's runs without a record, as a process leaves it that is killed between
 * creating a container and storing its handle. What belongs to an execution that has not ended is never touched, nor
 * what does not say whose it is.
 */
export async function sweepEngine({ store, runner }: ExecutionEnvironment, runnerType: string): Promise<void> {
  try {
    await sweepOrphans({
      runner: await runner(runnerType),
      config: {},
      owner: store.ownerId,
      isTracked: async ({ executionId }) => {
        if (executionId === undefined) return true;
        const stored = await store.load(executionId);
        return stored !== undefined && stored.execution.phase !== 'ended';
      },
      graceMs: orphanGraceMs,
      signal: AbortSignal.timeout(60_000),
    });
  } catch {
    // There is no such engine here, or it does not answer now: the next sweep asks again.
  }
}

/**
 * Removes what is left of an execution that has ended, or that nobody can go on with: what its runs used, then its
 * working directories.
 *
 * @returns why runs could not be removed; their records and the working directories stay then
 * @throws Error of the system when a folder cannot be removed
 */
export async function removeRemains(
  carried: Carried,
  runs: readonly RunRecord[],
): Promise<ReadonlyMap<RunRecord, Error>> {
  const failed = new Map<RunRecord, Error>();
  for (const record of runs) await removeRun(carried, record).catch(error => failed.set(record, error as Error));
  if (failed.size === 0) await rm(carried.workDir, { recursive: true, force: true });
  return failed;
}

async function removeRun(carried: Carried, record: RunRecord): Promise<void> {
  const { environment, claim } = carried;
  if (record.handle) {
    const handle = record.handle as unknown as Handle;
    const plan = await planOf(carried, record);
    const runner = plan?.runner.type === handle.runner ? plan.runner : await environment.runner(handle.runner);
    await runner.remove(handle, plan?.runnerConfig ?? {});
  }
  await environment.store.deleteRun(claim, record.taskRunId, record.attempt);
}

/** The flow may name an engine or a cluster of its own: asked anywhere else, everything would seem to be gone. */
async function planOf(carried: Carried, { taskRunId }: RunRecord): Promise<RunPlan | undefined> {
  const run = carried.state.taskRun(taskRunId);
  if (!run) return undefined;
  const { planTask } = await import('./plan-task.ts');
  const planned = await planTask(carried, carried.task(run), run);
  return planned && 'plan' in planned ? planned.plan : undefined;
}
