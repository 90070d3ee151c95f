/** The stored value by which a run's container is found again. */
import type { Value } from '../../model/value.ts';
import type { Handle } from '../runner.ts';
import { containerName } from './container-body.ts';

export const handleVersion = 1;

export interface HandleData {
  /** Its name, which engines take as well, where the handle was announced. */
  readonly containerId: string;
  /** The `host` property; the runner that removes what a dead process left does not know the task's properties. */
  readonly host: string | undefined;
}

/** @throws Error for a handle of another version */
export function readHandle({ version, runId, data, announced }: Handle): HandleData {
  const text = (value: Value | undefined) => (typeof value === 'string' ? value : undefined);
  const containerId = text(data.containerId) ?? (announced ? containerName(runId) : undefined);
  if (version !== handleVersion || containerId === undefined) {
    throw new Error(
      `The stored handle of run ${runId} is of version ${version}; this Windlass reads ${handleVersion}.`,
    );
  }
  return { containerId, host: text(data.host) };
}
