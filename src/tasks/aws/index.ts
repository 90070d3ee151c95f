/** The task types of Amazon Web Services. */
import type { RunnableTaskType } from '../task-type.ts';
import { eksToken } from './eks-token.ts';

export const awsTaskTypes: readonly RunnableTaskType[] = [eksToken];
