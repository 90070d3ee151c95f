import { z } from 'zod';
import type { Task } from '../../model/flow.ts';
import { isTerminal } from '../../model/states.ts';
import { isList, isMap } from '../../model/value.ts';
import { enabled } from '../container.ts';
import type { Flowable } from '../flowable.ts';
import { errorBranches } from './branches.ts';
import { concurrency, concurrentProperty } from './parallel.ts';

export const dag: Flowable = {
  type: 'io.kestra.plugin.core.flow.Dag',
  aliases: ['io.kestra.core.tasks.flows.Dag'],
  title: 'Run tasks as soon as the tasks they depend on have ended.',
  kind: 'flowable',
  schema: () => z.strictObject({ concurrent: concurrentProperty() }),
  branches: [{ property: 'tasks', required: true, shape: 'dag' }, ...errorBranches],
  step(container, ended) {
    const limit = concurrency(container.task.properties.concurrent);
    const { tasks, dependsOn, dependants } = dependenciesOf(container.task);
    const hasEnded = (id: string) => isTerminal(container.child(id)?.state.current ?? 'CREATED');
    const isReady = (id: string) => (dependsOn.get(id) ?? []).every(hasEnded);
    // What a limit held back may be anywhere; without one only what waited for this task can be ready now.
    const candidates = ended && limit === 0 ? (dependants.get(ended.taskId) ?? []) : tasks;
    for (const task of candidates) {
      const { created, active, failed, killed } = container.scope('tasks');
      if (failed > 0 || killed > 0 || created === tasks.length || (limit > 0 && active >= limit)) break;
      if (!container.child(task.id) && isReady(task.id)) container.start(task, 'tasks');
    }
    return container.scope('tasks').active > 0 ? 'waiting' : 'done';
  },
  ending: container => container.scope('tasks'),
};

interface Dependencies {
  /** Those that are not disabled. */
  readonly tasks: readonly Task[];
  /** By id: the ids that it waits for; disabled tasks are not waited for. */
  readonly dependsOn: ReadonlyMap<string, readonly string[]>;
  readonly dependants: ReadonlyMap<string, readonly Task[]>;
}

const known = new WeakMap<Task, Dependencies>();

function dependenciesOf(dag: Task): Dependencies {
  const found = known.get(dag) ?? readDependencies(dag);
  known.set(dag, found);
  return found;
}

function readDependencies(dag: Task): Dependencies {
  const tasks = enabled(dag.branches.tasks ?? []);
  const ids = new Set(tasks.map(task => task.id));
  const { dependsOn: written } = dag.properties;
  const dependsOn = new Map<string, readonly string[]>();
  const dependants = new Map<string, Task[]>();
  for (const task of tasks) {
    const list = isMap(written) ? written[task.id] : undefined;
    const names = isList(list) ? list.map(String).filter(name => ids.has(name)) : [];
    dependsOn.set(task.id, names);
    for (const name of names) dependants.set(name, [...(dependants.get(name) ?? []), task]);
  }
  return { tasks, dependsOn, dependants };
}
