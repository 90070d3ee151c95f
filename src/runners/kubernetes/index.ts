/** The Kubernetes task runner. Import `declaration.ts` where only its name and properties matter. */
import type { TaskRunner } from '../runner.ts';
import { KubernetesRunner, type KubernetesRunnerOptions } from './kubernetes-runner.ts';
import type { KubernetesConfig } from './settings.ts';

export type { KubernetesRunnerOptions } from './kubernetes-runner.ts';
export type { KubernetesConfig } from './settings.ts';

/** Makes a runner; nothing is contacted before its first use. */
export function createKubernetesRunner(options: KubernetesRunnerOptions): TaskRunner<KubernetesConfig> {
  return new KubernetesRunner(options);
}
