/** The task runners of this program. Their clients are loaded when a task first needs one. */
import type { Config } from '../config/config.ts';
import { dockerDeclaration } from '../runners/docker/declaration.ts';
import { kubernetesDeclaration } from '../runners/kubernetes/declaration.ts';
import { processDeclaration } from '../runners/process/declaration.ts';
import type { TaskRunner } from '../runners/runner.ts';
import type { RunnerRegistry } from '../tasks/registry.ts';

export const runnerDeclarations = [dockerDeclaration, kubernetesDeclaration, processDeclaration];

/** @param runsDir the folder that holds the folders of local processes' runs */
export function runnerRegistry(config: Config, environment: NodeJS.ProcessEnv, runsDir?: string): RunnerRegistry {
  const loaded = new Map<string, Promise<TaskRunner>>();
  const load = async (type: string): Promise<TaskRunner> => {
    if (type === dockerDeclaration.type) {
      const { createDockerRunner } = await import('../runners/docker/index.ts');
      const values = config.pluginConfigurations[type];
      return createDockerRunner({ env: environment, volumeEnabled: String(values?.['volume-enabled']) === 'true' });
    }
    if (type === processDeclaration.type) {
      const { createProcessRunner } = await import('../runners/process/index.ts');
      return createProcessRunner({
        environment: config.environmentVariables,
        ...(runsDir !== undefined && { runsDir }),
      });
    }
    if (type === kubernetesDeclaration.type) {
      const { createKubernetesRunner } = await import('../runners/kubernetes/index.ts');
      return createKubernetesRunner({ env: environment });
    }
    throw new Error(`There is no task runner ${type}.`);
  };
  return {
    declarations: runnerDeclarations,
    get(type) {
      const known = loaded.get(type) ?? load(type);
      loaded.set(type, known);
      return known;
    },
  };
}
