/** The task types of Google Cloud. */
import type { RunnableTaskType } from '../task-type.ts';
import { clusterMetadata } from './cluster-metadata.ts';
import { oauthAccessToken } from './oauth-access-token.ts';

export const gcpTaskTypes: readonly RunnableTaskType[] = [clusterMetadata, oauthAccessToken];
