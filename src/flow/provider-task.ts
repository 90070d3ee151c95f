/** The task that fetches a token for a cluster, in a task's or runner's way to log in (`oauthTokenProvider`). */
import { isMap, type Value, type ValueMap } from '../model/value.ts';
import type { Path } from './yaml/locations.ts';

/** @param check reports what is wrong with a task; it has no id of its own */
export function checkProviderTask(
  connection: Value | undefined,
  path: Path,
  check: (task: ValueMap, path: Path) => void,
): void {
  const provider = isMap(connection) ? connection.oauthTokenProvider : undefined;
  const task = isMap(provider) ? provider.task : undefined;
  if (isMap(task)) check(task, [...path, 'oauthTokenProvider', 'task']);
}
