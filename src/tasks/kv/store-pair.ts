import { type KvEntry, KvKeyError, KvStore } from '../../storage/kv-store.ts';
import type { Storage } from '../../storage/storage.ts';
import { TaskError } from '../task-type.ts';

/** Sets a key of a namespace for a task. @throws TaskError for a key that no pair can have */
export async function storePair(storage: Storage, namespace: string, key: string, entry: KvEntry): Promise<void> {
  try {
    await new KvStore(storage).set(namespace, key, entry);
  } catch (error) {
    throw error instanceof KvKeyError ? new TaskError(error.message, {}, { cause: error }) : error;
  }
}
