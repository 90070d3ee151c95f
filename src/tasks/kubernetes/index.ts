/** `io.kestra.plugin.kubernetes.*`: tasks against a Kubernetes cluster. */
import type { RunnableTaskType } from '../task-type.ts';
import { kubectlApply } from './kubectl/apply.ts';
import { kubectlDelete } from './kubectl/delete.ts';
import { kubectlGet } from './kubectl/get.ts';
import { podCreate } from './pod-create.ts';

export const kubernetesTaskTypes: readonly RunnableTaskType[] = [podCreate, kubectlApply, kubectlGet, kubectlDelete];
