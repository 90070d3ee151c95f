/**
 * `windlass doctor --sweep`: containers, pods and processes that no execution needs any more. Of this state folder, and
 * of `--ephemeral` runs whose process was killed: nobody can go on with those, and their programs may still run.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Handle } from '../runners/runner.ts';
import { sweepOrphans } from '../runs/sweep-orphans.ts';
import type { Claim, Store, StoredExecution } from '../store/store.ts';
import type { RunnerRegistry } from '../tasks/registry.ts';
import { exitCode } from './exit-code.ts';
import type { Invocation } from './invocation.ts';
import { runnerRegistry } from './runners.ts';
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
  { dryRun = false, json = false, state = '.windlass' }: SweepOptions,
  config: Config,
  { output, environment }: Pick<Invocation, 'output' | 'environment'>,
): Promise<number> {
  const swept: Swept = { removed: [], failed: [] };
  const opened = async (dir: string, work: (store: Store, registry: RunnerRegistry) => Promise<void>) => {
    const workspace = await openWorkspace({ state: dir });
    try {
      await work(workspace.store, runnerRegistry(config, environment, join(dir, 'runs')));
    } finally {
      await workspace.close();
    }
  };
  if (existsSync(join(resolve(state), 'windlass.db'))) {
    await opened(resolve(state), async (store, registry) => {
      await removeRecorded(store, registry, ({ execution }) => execution.phase === 'ended', dryRun, swept);
      await removeListed(store, registry, dryRun, swept);
    });
  }
  for (const dir of await forgottenStates()) {
    let isForgotten = false;
    await opened(dir, async (store, registry) => {
      isForgotten = await removeRecorded(store, registry, () => true, dryRun, swept);
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
 * What the store knows of: of executions that have ended, or that nobody can go on with. A handle leads to its engine
 * also where only the task named it, which the listing by owner does not find.
 * @returns whether no process works with the store, and all of it could be removed
 */
async function removeRecorded(
  store: Store,
  registry: RunnerRegistry,
  isLeft: (stored: StoredExecution) => boolean,
  dryRun: boolean,
  { removed, failed }: Swept,
): Promise<boolean> {
  let isWhole = true;
  for (const { id } of await store.list()) {
    const stored = await store.load(id);
    if (!stored || !isLeft(stored)) continue;
    const claim = await store.claim(id, { ended: stored.execution.phase === 'ended' });
    if (!claim) {
      isWhole = false;
      continue;
    }
    for (const run of stored.runs) {
      const handle = run.handle as unknown as Handle | undefined;
      if (!handle) continue;
      try {
        if (!dryRun) await removeRun(store, registry, claim, { ...run, handle });
        removed.push({ runner: handle.runner, runId: handle.runId });
      } catch (error) {
        isWhole = false;
        failed.push({ runner: handle.runner, message: (error as Error).message });
      }
    }
    await store.release(claim);
  }
  return isWhole;
}

async function removeRun(
  store: Store,
  registry: RunnerRegistry,
  claim: Claim,
  run: { readonly handle: Handle; readonly taskRunId: string; readonly attempt: number },
): Promise<void> {
  await (await registry.get(run.handle.runner)).remove(run.handle, {});
  await store.deleteRun(claim, run.taskRunId, run.attempt);
}

/** What the engines hold of this store's runs without a record. */
async function removeListed(store: Store, registry: RunnerRegistry, dryRun: boolean, swept: Swept): Promise<void> {
  const { removed, failed } = swept;
  for (const { type } of registry.declarations) {
    try {
      const runner = await registry.get(type);
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
