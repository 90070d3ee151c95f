/** Before an execution is taken over from a process that may live in another container. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Store } from '../store/store.ts';

const lookEveryMs = 500;

/**
 * Waits until each process that cannot be seen from here has shown that it lives, or has been silent for so long that
 * others may take over what it worked on.
 *
 * @param id only of the process that works on this execution
 */
export async function awaitUnseen(
  store: Pick<Store, 'unseen'>,
  id: string | undefined,
  say: (text: string) => void,
): Promise<void> {
  const left = async () =>
    new Map(
      (await store.unseen()).filter(each => id === undefined || each.id === id).map(each => [each.id, each.leftMs]),
    );
  let waiting = await left();
  if (waiting.size === 0) return;
  const seconds = Math.ceil(Math.max(...waiting.values()) / 1000);
  say(
    `${[...waiting.keys()].join(', ')}: begun by a process that cannot be seen from here, such as one in another container. Waiting for a sign of life from it, for ${seconds} s at most.\n`,
  );
  while (waiting.size > 0) {
    await pause(lookEveryMs);
    const now = await left();
    // A time that has grown again is a sign of life.
    waiting = new Map([...now].filter(([each, ms]) => ms <= (waiting.get(each) ?? 0)));
  }
}
