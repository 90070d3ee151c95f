/** `windlass run --once`: for a container that is started again when it was killed. */
import type { Execution } from '../model/execution.ts';
import { isSettled } from '../model/next-try.ts';
import type { Store } from '../store/store.ts';
import { nextTryId } from '../worker/replay.ts';
import { exitCodeOf } from './exit-code.ts';
import type { Invocation } from './invocation.ts';
import { type ResumeOptions, resume } from './resume.ts';
import { show } from './state-commands.ts';
import { openKept } from './workspace.ts';

/**
 * Goes on with what the state folder has; shows how it ended where there is nothing to go on with.
 *
 * @returns the exit code; undefined when nothing was begun there
 */
export async function goOnIfBegun(options: ResumeOptions, invocation: Invocation): Promise<number | undefined> {
  const workspace = await openKept(options);
  if (!workspace) return undefined;
  const begun = await lastTry(workspace.store).finally(() => workspace.close());
  if (!begun) return undefined;
  // Named, one that is paused would be let go on.
  if (!isSettled(begun)) return resume(begun.state.current === 'PAUSED' ? undefined : begun.id, options, invocation);
  await show(begun.id, options, invocation);
  return exitCodeOf(begun.state.current);
}

/** The oldest execution, for what came later may be its subflows; where a retry policy had new ones made, the last. */
async function lastTry(store: Store): Promise<Execution | undefined> {
  const [first] = await store.list({ limit: 1, oldestFirst: true });
  let last = first && (await store.load(first.id))?.execution;
  while (last?.state.current === 'RETRIED' && isSettled(last)) {
    const next = await store.load(nextTryId(last));
    if (!next) break;
    last = next.execution;
  }
  return last;
}
