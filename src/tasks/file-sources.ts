/** What a flow's `inputFiles` may name. */
import type { FileSources } from '../files/input-files.ts';
import type { TaskContext } from './task-type.ts';

export function fileSources({ storage, flow, config }: Pick<TaskContext, 'storage' | 'flow' | 'config'>): FileSources {
  return { storage, namespace: flow.namespace, allowedPaths: config.allowedPaths };
}
