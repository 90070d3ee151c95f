/**
 * `windlass doctor --sweep`: containers, pods and processes that no execution needs any more. Of this state folder, and
 * of `--ephemeral` runs whose process was killed: nobody can go on with those, and their programs may still run.
 */
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Handle } from '../runners/runner.ts';
import { sweepOrphans } from '../runs/sweep-orphans.ts';
import { storeExists } from '../store/sqlite/index.ts';
import type { RunRecord, Store, StoredExecution } from '../store/store.ts';
import type { Session } from '../worker/session.ts';
import { exitCode } from './exit-code.ts';
import type { Invocation } from './invocation.ts';
import { runnerDeclarations } from './runners.ts';
import { defaultStateFolder } from './state-folder.ts';
import { forgottenStates } from './temporary-state.ts';
import { openWorkspace } from './workspace.ts';

export interface SweepOptions {
  readonly state?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

interface Swept {
  readonly removed: { readonly runner: string; readonly runId: string }[];
  readonly failed: { readonly runner: string; readonly message: string }[];
}

const listLimitMs = 30_000;

/** Removes them, or with `dryRun` says what would be removed. What an open execution uses or can take over stays. */
export async function sweep(
  { dryRun = false, json = false, state = defaultStateFolder }: SweepOptions,
  config: Config,
  { output, environment }: Pick<Invocation, 'output' | 'environment'>,
): Promise<number> {
  const swept: Swept = { removed: [], failed: [] };
  const opened = async (dir: string, work: (session: Session) => Promise<void>) => {
    const workspace = await openWorkspace({ state: dir });
    try {
      await work(workspace.session(config, environment, {}));
    } finally {
      await workspace.close();
    }
  };
  if (storeExists(resolve(state))) {
    await opened(resolve(state), async session => {
      await removeRecorded(session, ({ execution }) => execution.phase === 'ended', dryRun, swept);
      await removeListed(session, dryRun, swept);
    });
  }
  for (const dir of await forgottenStates()) {
    let isForgotten = false;
    await opened(dir, async session => {
      isForgotten = await removeRecorded(session, () => true, dryRun, swept);
    });
    if (isForgotten && !dryRun) await rm(dir, { recursive: true, force: true });
  }
  if (json) output.stdout.write(`${JSON.stringify({ dryRun, ...swept }, null, 2)}\n`);
  else {
    const verb = dryRun ? 'would remove' : 'removed';
    for (const each of swept.removed) output.stdout.write(`${verb} ${each.runId}  ${each.runner}\n`);
    for (const each of swept.failed) output.stderr.write(`Could not look at ${each.runner}: ${each.message}\n`);
    if (swept.removed.length === 0) output.stdout.write('Nothing to remove.\n');
  }
  return swept.failed.length === 0 ? exitCode.success : exitCode.failed;
}

/**
 * What the store knows of: of executions that have ended, or that nobody can go on with. It leads also to engines and
 * clusters that only the flow names, which the listing by owner does not find.
 * @returns whether no process works with the store, and all of it could be removed
 */
async function removeRecorded(
  session: Session,
  isLeft: (stored: StoredExecution) => boolean,
  dryRun: boolean,
  { removed, failed }: Swept,
): Promise<boolean> {
  const { store } = session.environment;
  let isWhole = true;
  for (const { id } of await store.list()) {
    const stored = await store.load(id);
    if (!stored || !isLeft(stored)) continue;
    const claim = await store.claim(id, { ended: stored.execution.phase === 'ended' });
    if (!claim) {
      isWhole = false;
      continue;
    }
    try {
      const kept = dryRun ? new Map<RunRecord, Error>() : await session.removeRemains(stored, claim);
      for (const run of stored.runs) {
        const handle = run.handle as unknown as Handle | undefined;
        const error = kept.get(run);
        if (error) failed.push({ runner: handle?.runner ?? `the execution ${id}`, message: error.message });
        else if (handle) removed.push({ runner: handle.runner, runId: handle.runId });
      }
      isWhole &&= kept.size === 0;
    } catch (error) {
      isWhole = false;
      failed.push({ runner: `the execution ${id}`, message: (error as Error).message });
    } finally {
      await store.release(claim);
    }
  }
  return isWhole;
}

/** What the engines hold of this store's runs without a record. */
async function removeListed({ environment }: Session, dryRun: boolean, swept: Swept): Promise<void> {
  const { removed, failed } = swept;
  const { store } = environment;
  for (const { type } of runnerDeclarations) {
    try {
      const runner = await environment.runner(type);
      await sweepOrphans({
        runner: {
          list: (...asked) => runner.list(...asked),
          remove: async handle => {
            if (!dryRun) await runner.remove(handle, {});
            if (removed.some(one => one.runId === handle.runId)) return;
            removed.push({ runner: type, runId: handle.runId });
          },
        },
        config: {},
        owner: store.ownerId,
        isTracked: handle => isNeeded(handle, store),
        // Nobody is waited for: a run is announced to the store before an engine knows of it.
        graceMs: 0,
        signal: AbortSignal.timeout(listLimitMs),
      });
    } catch (error) {
      failed.push({ runner: type, message: (error as Error).message });
    }
  }
}

/** Whether it is of an execution that has not ended: used now, or taken over by `windlass resume`. */
async function isNeeded({ executionId, runId: id }: Handle, store: Store): Promise<boolean> {
  if (executionId !== undefined) {
    const stored = await store.load(executionId);
    return stored !== undefined && stored.execution.phase !== 'ended';
  }
  // What does not say whose it is belongs to the task run that it is named after.
  for (const summary of await store.list()) {
    const stored = await store.load(summary.id);
    if (stored?.execution.phase === 'ended') continue;
    if (stored?.taskRuns.some(run => id.startsWith(`${run.id}-`))) return true;
  }
  return false;
}
