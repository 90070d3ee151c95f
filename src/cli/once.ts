/** `windlass run --once`: for a container that is started again when it was killed. */
import { isTerminal } from '../model/states.ts';
import { exitCodeOf } from './exit-code.ts';
import type { Invocation } from './invocation.ts';
import { type ResumeOptions, resume } from './resume.ts';
import { show } from './state-commands.ts';
import { openWorkspace } from './workspace.ts';

/**
 * Goes on with what the state folder has; shows how it ended where there is nothing to go on with.
 *
 * @returns the exit code; undefined when nothing was begun there
 */
export async function goOnIfBegun(options: ResumeOptions, invocation: Invocation): Promise<number | undefined> {
  const workspace = await openWorkspace(options);
  // The oldest: what came later may be its subflows.
  const begun = (await workspace.store.list({ limit: 1000 }).finally(() => workspace.close())).at(-1);
  if (!begun) return undefined;
  if (begun.interrupted || !isTerminal(begun.state)) {
    // Named, one that is paused would be let go on.
    return resume(begun.state === 'PAUSED' ? undefined : begun.id, options, invocation);
  }
  await show(begun.id, options, invocation);
  return exitCodeOf(begun.state);
}
