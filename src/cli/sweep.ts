/** `windlass doctor --sweep`: containers and processes of this state folder that no execution needs any more. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Handle } from '../runners/runner.ts';
import { sweepOrphans } from '../runs/sweep-orphans.ts';
import type { Store } from '../store/store.ts';
import type { DoctorOptions } from './doctor.ts';
import { exitCode } from './exit-code.ts';
import type { Invocation } from './invocation.ts';
import { runnerRegistry } from './runners.ts';
import { openWorkspace } from './workspace.ts';

const listLimitMs = 30_000;

/** Removes them, or with `dryRun` says what would be removed. What an open execution uses or can take over stays. */
export async function sweep(
  options: DoctorOptions,
  config: Config,
  { output, environment }: Pick<Invocation, 'output' | 'environment'>,
): Promise<number> {
  const dir = resolve(options.state ?? '.windlass');
  const removed: { runner: string; runId: string }[] = [];
  const failed: { runner: string; message: string }[] = [];
  if (existsSync(join(dir, 'windlass.db'))) {
    const workspace = await openWorkspace({ state: dir });
    try {
      const registry = runnerRegistry(config, environment, join(dir, 'runs'));
      for await (const each of recordedLeftovers(workspace.store)) {
        const { runner: type, runId } = each.handle;
        try {
          if (!options.dryRun) await (await registry.get(type)).remove(each.handle, {});
          if (!options.dryRun) await each.forget();
          removed.push({ runner: type, runId });
        } catch (error) {
          failed.push({ runner: type, message: (error as Error).message });
        }
      }
      for (const { type } of registry.declarations) {
        try {
          const runner = await registry.get(type);
          await sweepOrphans({
            runner: {
              list: (...asked) => runner.list(...asked),
              remove: async handle => {
                if (!options.dryRun) await runner.remove(handle, {});
                if (removed.some(one => one.runId === handle.runId)) return;
                removed.push({ runner: type, runId: handle.runId });
              },
            },
            config: {},
            owner: workspace.store.ownerId,
            isTracked: handle => isNeeded(handle, workspace.store),
            // Nobody is waited for: a run is announced to the store before an engine knows of it.
            graceMs: 0,
            signal: AbortSignal.timeout(listLimitMs),
          });
        } catch (error) {
          failed.push({ runner: type, message: (error as Error).message });
        }
      }
    } finally {
      await workspace.close();
    }
  }
  if (options.json)
    output.stdout.write(`${JSON.stringify({ dryRun: options.dryRun === true, removed, failed }, null, 2)}\n`);
  else {
    const verb = options.dryRun ? 'would remove' : 'removed';
    for (const each of removed) output.stdout.write(`${verb} ${each.runId}  ${each.runner}\n`);
    for (const each of failed) output.stderr.write(`Could not look at ${each.runner}: ${each.message}\n`);
    if (removed.length === 0) output.stdout.write('Nothing to remove.\n');
  }
  return failed.length === 0 ? exitCode.success : exitCode.failed;
}

/**
 * What executions that have ended could not remove, because its engine was away. A handle leads to its engine also where
 * only the task named it, which the listing by owner does not find.
 */
async function* recordedLeftovers(
  store: Store,
): AsyncGenerator<{ readonly handle: Handle; readonly forget: () => Promise<void> }> {
  for (const { id } of await store.list()) {
    const stored = await store.load(id);
    if (stored?.execution.phase !== 'ended' || stored.runs.length === 0) continue;
    const claim = await store.claim(id, { ended: true });
    if (!claim) continue;
    for (const { handle, taskRunId, attempt } of stored.runs) {
      if (!handle) continue;
      yield {
        handle: handle as unknown as Handle,
        forget: () => store.deleteRun(claim, taskRunId, attempt),
      };
    }
    await store.release(claim);
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
