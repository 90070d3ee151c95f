/** The stored value by which a run's pod is found again. */
import type { Handle } from '../runner.ts';
import { kubernetesDeclaration } from './declaration.ts';

const handleVersion = 1;

/** Which pod a run is. */
export interface PodPlace {
  readonly name: string;
  /** Absent as long as the pod is only announced. */
  readonly uid?: string;
  readonly namespace: string;
}

/** What `readHandle` reads. */
export function podHandle(runId: string, place: PodPlace): Handle {
  const handle = { runner: kubernetesDeclaration.type, version: handleVersion, runId, data: { ...place } };
  return place.uid === undefined ? { ...handle, announced: true } : handle;
}

/** @throws Error for a handle of another version */
export function readHandle(handle: Handle): PodPlace {
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
