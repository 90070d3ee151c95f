/** `windlass run --rerun-failed ID`: an ended execution goes on where it failed. */
import { commandHint } from './command-hint.ts';
import { type FollowOptions, Reporter, reportEnd } from './follow.ts';
import type { Invocation } from './invocation.ts';
import { Refusal } from './refusal.ts';
import { readSettings, type SettingsOptions } from './settings.ts';
import { unknownExecution } from './unknown-execution.ts';
import { openKept, type WorkspaceOptions } from './workspace.ts';

export type RerunOptions = FollowOptions & SettingsOptions & Pick<WorkspaceOptions, 'workerThread'>;

export async function rerunFailed(
  id: string,
  options: RerunOptions,
  { output, environment, signals }: Invocation,
): Promise<number> {
  const { config } = readSettings(options, environment);
  signals.hold();
  const workspace = await openKept(options);
  if (!workspace) throw unknownExecution(id, options.state);
  const reporter = new Reporter(output, options);
  try {
    const stored = await workspace.store.load(id);
    if (!stored) throw unknownExecution(id, options.state);
    const { current } = stored.execution.state;
    if (stored.execution.phase !== 'ended' || current === 'SUCCESS') {
      const why = current === 'SUCCESS' ? 'has not failed' : `has not ended: it is ${current}`;
      throw new Refusal('not-restartable', `The execution ${id} ${why}; there is nothing to run again.`);
    }
    const session = workspace.session(config, environment, reporter);
    const driver = await session.restart(id);
    if (!driver) throw new Refusal('not-restartable', `The execution ${id} is carried out by another process.`);
    signals.onCancel(() => session.killAll());
    signals.onLeave(() => {
      reporter.close();
      output.stderr.write(`Left without waiting. To go on: ${commandHint(`resume ${id}`, options.state)}\n`);
    });
    const last = await session.settled(driver);
    reporter.close();
    return await reportEnd(last, workspace, output, options);
  } finally {
    reporter.close();
    await workspace.close();
  }
}
