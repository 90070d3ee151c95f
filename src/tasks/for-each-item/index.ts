/** The three tasks that a ForEachItem is made of. */
import type { RunnableTaskType } from '../task-type.ts';
import { runItems } from './items.ts';
import { mergeOutputs } from './merge.ts';
import { splitItems } from './split.ts';

export const forEachItemTaskTypes: readonly RunnableTaskType[] = [splitItems, runItems, mergeOutputs];
