/** The name that a store gives as owner of its runs, so that a sweep finds its own and nobody else's. */
import type { ProcessIdentity } from './process-identity.ts';

/**
 * The owner's name: the store's id, and for an ephemeral store, which dies with its process, that process too.
 * Letters, digits, `.` and `-` only, and what the host name has.
 */
export function ownerName(storeId: string, process?: ProcessIdentity): string {
  if (process === undefined) return storeId;
  const { pid, startTime, bootId, pidNamespace = '', host } = process;
  return [storeId, pid, startTime, bootId, pidNamespace, host].join('.');
}
