/** The task types that speak HTTP. */
import type { RunnableTaskType } from '../task-type.ts';
import { download } from './download.ts';
import { request } from './request.ts';

export const httpTaskTypes: readonly RunnableTaskType[] = [request, download];
