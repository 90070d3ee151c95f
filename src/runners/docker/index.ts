/** The Docker task runner. Import `declaration.ts` where only its name and properties matter. */

import type { TaskRunner } from '../runner.ts';
import { DockerRunner, type DockerRunnerOptions } from './docker-runner.ts';
import type { DockerConfig } from './settings.ts';

export type { DockerRunnerOptions } from './docker-runner.ts';
export type { DockerConfig } from './settings.ts';

/** Makes a runner; nothing is contacted before its first use. */
export function createDockerRunner(options: DockerRunnerOptions): TaskRunner<DockerConfig> {
  return new DockerRunner(options);
}
