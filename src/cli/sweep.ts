/** `windlass doctor --sweep`: containers and processes of this state folder that no execution needs any more. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Handle } from '../runners/runner.ts';
import { runId } from '../runs/execute-run.ts';
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
      for (const { type } of registry.declarations) {
        try {
          const runner = await registry.get(type);
          const handles: Handle[] = [];
          const signal = AbortSignal.timeout(listLimitMs);
          for await (const handle of runner.list(workspace.store.ownerId, {}, signal)) handles.push(handle);
          // Asked after the runs were listed: what was started meanwhile is not among them.
          const needed = await neededRuns(workspace.store);
          for (const handle of handles.filter(each => !needed.has(each.runId))) {
            if (!options.dryRun) await runner.remove(handle, {});
            removed.push({ runner: type, runId: handle.runId });
          }
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

/** The runs of executions that have not ended: used now, or taken over by `windlass resume`. */
async function neededRuns(store: Store): Promise<ReadonlySet<string>> {
  const needed = new Set<string>();
  for (const { id } of await store.list()) {
    const stored = await store.load(id);
    if (stored?.execution.phase === 'ended') continue;
    for (const run of stored?.taskRuns ?? []) {
      for (let attempt = 0; attempt <= run.attempts.length; attempt++) needed.add(runId(run.id, attempt));
    }
  }
  return needed;
}
