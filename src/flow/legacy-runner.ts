/**
 * The older way to say where a script runs, `runner: DOCKER` with `docker: {…}`, as a `taskRunner`. The order of the
 * cases is Kestra's: `runner` first, then a Docker `taskRunner` replaced by `docker`, then `taskRunner` alone.
 */
import { isList, isMap, type Value, type ValueMap } from '../model/value.ts';
import type { Types } from './types.ts';
import type { Key, Locations, Origin } from './yaml/locations.ts';

const dockerRunner = 'io.kestra.plugin.scripts.runner.docker.Docker';
const processRunner = 'io.kestra.plugin.core.runner.Process';

const renamedOptions: Readonly<Record<string, string>> = { dockerHost: 'host', dockerConfig: 'config' };
const optionNames = ['docker', 'dockerOptions'] as const;

/**
 * The flow (or a part of it) with every older form replaced in tasks that can have a `taskRunner`. It is done after
 * plugin defaults are filled in, which may hold the older form too.
 */
export function replaceLegacyRunners(value: Value, types: Types, locations: Locations): Value {
  if (isList(value)) {
    const items = value.map(item => replaceLegacyRunners(item, types, locations));
    return items.some((item, index) => item !== value[index]) ? locations.derive(items, value) : value;
  }
  if (!isMap(value)) return value;
  let changed = false;
  const entries = Object.entries(value).map(([key, item]): [string, Value] => {
    const replaced = replaceLegacyRunners(item, types, locations);
    changed ||= replaced !== item;
    return [key, replaced];
  });
  const result = changed ? locations.derive(Object.fromEntries(entries), value) : value;
  if (typeof result.type !== 'string' || !hasLegacyRunner(result)) return result;
  const declaration = types.task(result.type);
  return declaration && Object.hasOwn(types.schema(declaration).shape, 'taskRunner')
    ? withTaskRunner(result, locations)
    : result;
}

/** True when a task uses the older properties in a form that can be replaced. */
function hasLegacyRunner(task: ValueMap): boolean {
  const { runner } = task;
  if (runner !== undefined && runner !== null && runner !== 'DOCKER' && runner !== 'PROCESS') return false;
  const options = optionNames.map(name => task[name] ?? undefined).filter(one => one !== undefined);
  // Options that are no map are left to the task's own schema, which refuses them.
  return options.every(isMap) && (options.length > 0 || (runner !== undefined && runner !== null));
}

/** The task with `taskRunner` in place of the older properties; positions stay those of what was written. */
function withTaskRunner(task: ValueMap, locations: Locations): ValueMap {
  const optionsKey = isMap(task.docker) ? 'docker' : 'dockerOptions';
  const options = isMap(task[optionsKey]) ? task[optionsKey] : undefined;
  const { runner: _runner, docker: _docker, dockerOptions: _dockerOptions, taskRunner, ...rest } = task;
  const given = isMap(taskRunner) ? taskRunner : undefined;
  const useDocker =
    task.runner === 'DOCKER' ||
    (task.runner !== 'PROCESS' && options !== undefined && (given === undefined || given.type === dockerRunner));
  const origins = new Map<Key, Origin>();
  const result: Record<string, Value> = { ...rest };
  if (task.runner === 'PROCESS') {
    result.taskRunner = { type: processRunner };
    origins.set('taskRunner', [task, 'runner']);
  } else if (useDocker) {
    result.taskRunner = options ? fromOptions(options, locations) : { type: dockerRunner };
    origins.set('taskRunner', [task, options ? optionsKey : 'runner']);
    if (options && options.image !== undefined && options.image !== null) {
      result.containerImage = options.image;
      origins.set('containerImage', [options, 'image']);
    }
  } else if (taskRunner !== undefined) result.taskRunner = taskRunner;
  return locations.derive(result, task, key => origins.get(key) ?? [task, key]);
}

function fromOptions(options: ValueMap, locations: Locations): ValueMap {
  const origins = new Map<Key, Origin>();
  const entries = Object.entries(options).flatMap(([name, value]): [string, Value][] => {
    if (name === 'image') return [];
    const present = renamedOptions[name] ?? name;
    origins.set(present, [options, name]);
    return [[present, value]];
  });
  return locations.derive({ type: dockerRunner, ...Object.fromEntries(entries) }, options, key => origins.get(key));
}
