/** The task types of git. */
import type { RunnableTaskType } from '../task-type.ts';
import { clone } from './clone.ts';

export const gitTaskTypes: readonly RunnableTaskType[] = [clone];
