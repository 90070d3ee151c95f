/** All that `type:` can name in this program. */
import type { Config } from '../config/config.ts';
import { flowables } from '../engine/flowables/index.ts';
import type { Catalog } from '../model/catalog.ts';
import { createCatalog } from '../tasks/registry.ts';
import type { RunnableTaskType } from '../tasks/task-type.ts';
import { runnerRegistry } from './runners.ts';

export type FullCatalog = Catalog & {
  runnable(type: string): RunnableTaskType | undefined;
  runnerOf(type: string): ReturnType<ReturnType<typeof runnerRegistry>['get']>;
};

/** The tasks and task runners there are, with what carries them out. `runsDir` holds the folders of local processes. */
export function catalogFor(config: Config, environment: NodeJS.ProcessEnv, runsDir?: string): FullCatalog {
  const runners = runnerRegistry(config, environment, runsDir);
  return { ...createCatalog({ runners, flowables }), runnerOf: type => runners.get(type) };
}
