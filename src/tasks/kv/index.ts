/** The task types on key-value pairs. */
import type { RunnableTaskType } from '../task-type.ts';
import { kvDelete } from './delete.ts';
import { purgeKv } from './purge.ts';
import { kvGet, kvGetKeys } from './read.ts';
import { kvSet } from './set.ts';

export const kvTaskTypes: readonly RunnableTaskType[] = [kvSet, kvGet, kvGetKeys, kvDelete, purgeKv];
