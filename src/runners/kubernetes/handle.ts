/** The stored value by which a run's pod is found again. */
import type { Handle } from '../runner.ts';

export const handleVersion = 1;

/** @throws Error for a handle of another version */
export function readHandle(handle: Handle): {
  readonly name: string;
  /** Absent in a handle that was announced. */
  readonly uid?: string;
  readonly namespace: string;
} {
  const { name, uid, namespace } = handle.data;
  if (
    handle.version !== handleVersion ||
    typeof name !== 'string' ||
    !(typeof uid === 'string' || (uid === undefined && handle.announced)) ||
    typeof namespace !== 'string'
  ) {
    throw new Error(
      `The stored handle of run ${handle.runId} is of version ${handle.version}; this Windlass reads ${handleVersion}.`,
    );
  }
  return { name, namespace, ...(uid !== undefined && { uid }) };
}
