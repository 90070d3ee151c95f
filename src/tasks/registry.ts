/** All types that a flow can name, in one place. */
import type { Catalog, Declaration, TaskDeclaration } from '../model/catalog.ts';
import { awsTaskTypes } from './aws/index.ts';
import { coreTaskTypes } from './core/index.ts';
import { templatedTask } from './core/templated-task.ts';
import { forEachItemTaskTypes } from './for-each-item/index.ts';
import { gcpTaskTypes } from './gcp/index.ts';
import { gitTaskTypes } from './git/index.ts';
import { httpTaskTypes } from './http/index.ts';
import { insteadOf } from './instead-of.ts';
import { isKnownType } from './known-types.ts';
import { kubernetesTaskTypes } from './kubernetes/index.ts';
import { kvTaskTypes } from './kv/index.ts';
import { namespaceTaskTypes } from './namespace/index.ts';
import { type Runners, scriptTaskTypes } from './scripts/index.ts';
import { stateTaskTypes } from './state/index.ts';
import type { RunnableTaskType } from './task-type.ts';

/** The task runners: what they declare, and themselves by type. */
export interface RunnerRegistry extends Runners {
  readonly declarations: readonly Declaration[];
}

/** The catalog with what runs behind it. */
export interface TaskCatalog extends Catalog {
  /** The task type that a worker runs; undefined for those that the engine carries out. */
  runnable(type: string): RunnableTaskType | undefined;
}

/** Types are found by canonical name and by alias. */
export function createCatalog(parts: {
  readonly runners: RunnerRegistry;
  readonly flowables: readonly TaskDeclaration[];
}): TaskCatalog {
  const runnables = byName([
    ...coreTaskTypes,
    ...kvTaskTypes,
    ...httpTaskTypes,
    ...awsTaskTypes,
    ...gcpTaskTypes,
    ...gitTaskTypes,
    ...kubernetesTaskTypes,
    ...forEachItemTaskTypes,
    ...stateTaskTypes,
    ...namespaceTaskTypes,
    templatedTask(() => catalog),
    ...scriptTaskTypes(parts.runners),
  ]);
  const flowables = byName(parts.flowables);
  const runners = byName(parts.runners.declarations);
  const names = [...runnables.values(), ...flowables.values(), ...runners.values()].map(({ type }) => type);
  const canonical: readonly string[] = [...new Set(names)].sort();
  const catalog: TaskCatalog = {
    task: type => runnables.get(type) ?? flowables.get(type),
    runner: type => runners.get(type),
    runnable: type => runnables.get(type),
    isKnown: type => runnables.has(type) || flowables.has(type) || runners.has(type) || isKnownType(type),
    insteadOf,
    names: () => canonical,
  };
  return catalog;
}

function byName<Declared extends Declaration>(declarations: readonly Declared[]): ReadonlyMap<string, Declared> {
  return new Map(declarations.flatMap(item => [item.type, ...item.aliases].map(name => [name, item] as const)));
}
