/** What the contract of stores needs of one kind of store. */
import { afterEach, beforeEach } from 'vitest';
import type { LogEntry } from '../../../src/model/execution.ts';
import type { Store } from '../../../src/store/store.ts';

export interface StoreHarness {
  /** A new, empty place for a store. */
  place(): Promise<StorePlace>;
}

export interface StorePlace {
  /** Opens the store there, once more with each call. */
  open(): Promise<Store>;
  /** Opens it as a process that, to all others, is dead already. */
  openAsDead(): Promise<Store>;
  remove(): Promise<void>;
}

/** Stores of one test, closed after it. */
export interface Stores {
  open(): Promise<Store>;
  openAsDead(): Promise<Store>;
}

/** For use inside `describe`: each test gets a place of its own. */
export function storesOf(harness: StoreHarness): Stores {
  let place: StorePlace;
  let opened: Store[] = [];
  beforeEach(async () => {
    place = await harness.place();
  });
  afterEach(async () => {
    for (const store of opened) await store.close();
    opened = [];
    await place.remove();
  });
  const keep = (store: Store) => {
    opened.push(store);
    return store;
  };
  return {
    open: async () => keep(await place.open()),
    openAsDead: async () => keep(await place.openAsDead()),
  };
}

/** All log entries, in order. */
export async function allLogs(store: Store, executionId: string, after?: number) {
  const entries: (LogEntry & { readonly sequence: number })[] = [];
  for await (const page of store.logs(executionId, after)) entries.push(...page);
  return entries;
}

export async function messages(store: Store, executionId: string): Promise<string[]> {
  return (await allLogs(store, executionId)).map(entry => entry.message);
}
