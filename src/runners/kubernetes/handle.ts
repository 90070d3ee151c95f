/** The stored value by which a run's pod is found again. */
import type { Handle } from '../runner.ts';
import { kubernetesDeclaration } from './declaration.ts';
import type { Settings } from './settings.ts';

const handleVersion = 1;

/** Which pod a run is. */
export interface PodPlace {
  readonly name: string;
  /** Absent as long as the pod is only announced. */
  readonly uid?: string;
  readonly namespace: string;
  /** In a cluster that its task names, not the one that is found without. */
  readonly namedCluster?: true;
}

/** What `readHandle` reads. */
export function podHandle(
  runId: string,
  pod: Pick<PodPlace, 'name' | 'uid'>,
  { namespace, connection }: Pick<Settings, 'namespace' | 'connection'>,
): Handle {
  const place: PodPlace = { ...pod, namespace, ...(connection && { namedCluster: true }) };
  const handle = { runner: kubernetesDeclaration.type, version: handleVersion, runId, data: { ...place } };
  return place.uid === undefined ? { ...handle, announced: true } : handle;
}

/** @throws Error for a handle of another version */
export function readHandle(handle: Handle): PodPlace {
  const { name, uid, namespace, namedCluster } = handle.data;
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
  return { name, namespace, ...(uid !== undefined && { uid }), ...(namedCluster === true && { namedCluster }) };
}
