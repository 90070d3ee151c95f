/** Builds flows as the reader would give them, without YAML. */
import type { Flow, Retry, Task } from '../../src/model/flow.ts';
import type { Value, ValueMap } from '../../src/model/value.ts';

type Flags = Partial<Pick<Task, 'retry' | 'timeout' | 'runIf' | 'disabled' | 'allowFailure' | 'allowWarning'>>;

/** What any task takes: flags, and its `errors` and `finally` tasks. */
export interface Extras extends Flags {
  readonly errors?: readonly Task[];
  readonly finally?: readonly Task[];
}

export function task(id: string, flags: Flags = {}): Task {
  return build(id, 'test.Work', {}, {}, flags);
}

export function sequential(id: string, tasks: readonly Task[], extras: Extras = {}): Task {
  return build(id, 'io.kestra.plugin.core.flow.Sequential', {}, { tasks }, extras);
}

export function allowFailure(id: string, tasks: readonly Task[], extras: Extras = {}): Task {
  return build(id, 'io.kestra.plugin.core.flow.AllowFailure', {}, { tasks }, extras);
}

export function parallel(id: string, tasks: readonly Task[], extras: Extras & { concurrent?: number } = {}): Task {
  const { concurrent, ...rest } = extras;
  return build(id, 'io.kestra.plugin.core.flow.Parallel', { ...(concurrent && { concurrent }) }, { tasks }, rest);
}

export function forEach(
  id: string,
  values: Value,
  tasks: readonly Task[],
  extras: Extras & { concurrencyLimit?: number } = {},
): Task {
  const { concurrencyLimit, ...rest } = extras;
  const limit = concurrencyLimit === undefined ? {} : { concurrencyLimit };
  return build(id, 'io.kestra.plugin.core.flow.ForEach', { values, ...limit }, { tasks }, rest);
}

export function eachParallel(id: string, value: Value, tasks: readonly Task[], extras: Extras = {}): Task {
  return build(id, 'io.kestra.plugin.core.flow.EachParallel', { value }, { tasks }, extras);
}

export function ifTask(
  id: string,
  condition: string,
  then: readonly Task[],
  otherwise?: readonly Task[],
  extras: Extras = {},
): Task {
  const branches = { then, ...(otherwise && { else: otherwise }) };
  return build(id, 'io.kestra.plugin.core.flow.If', { condition }, branches, extras);
}

export function switchTask(
  id: string,
  value: string,
  cases: Readonly<Record<string, readonly Task[]>>,
  defaults?: readonly Task[],
  extras: Extras = {},
): Task {
  const branches = Object.fromEntries(Object.entries(cases).map(([name, tasks]) => [`cases.${name}`, tasks]));
  const all = { ...branches, ...(defaults && { defaults }) };
  return build(id, 'io.kestra.plugin.core.flow.Switch', { value }, all, extras);
}

export function dag(
  id: string,
  tasks: readonly Task[],
  dependsOn: Readonly<Record<string, readonly string[]>>,
  extras: Extras & { concurrent?: number } = {},
): Task {
  const { concurrent, ...rest } = extras;
  const properties = { dependsOn, ...(concurrent && { concurrent }) };
  return build(id, 'io.kestra.plugin.core.flow.Dag', properties, { tasks }, rest);
}

export function loopUntil(
  id: string,
  condition: string,
  tasks: readonly Task[],
  extras: Extras & { checkFrequency?: ValueMap; failOnMaxReached?: boolean } = {},
): Task {
  const { checkFrequency, failOnMaxReached, ...rest } = extras;
  const properties = {
    condition,
    ...(checkFrequency && { checkFrequency }),
    ...(failOnMaxReached !== undefined && { failOnMaxReached }),
  };
  return build(id, 'io.kestra.plugin.core.flow.LoopUntil', properties, { tasks }, rest);
}

export function pause(
  id: string,
  properties: ValueMap = {},
  extras: Extras & { onPause?: Task; tasks?: readonly Task[] } = {},
): Task {
  const { onPause, tasks, ...rest } = extras;
  const branches = { ...(onPause && { onPause: [onPause] }), ...(tasks && { tasks }) };
  return build(id, 'io.kestra.plugin.core.flow.Pause', properties, branches, rest);
}

export function exit(id: string, state?: string, flags: Flags = {}): Task {
  return build(id, 'io.kestra.plugin.core.execution.Exit', { ...(state && { state }) }, {}, flags);
}

export function labels(id: string, given: Value): Task {
  return build(id, 'io.kestra.plugin.core.execution.Labels', { labels: given }, {});
}

export function subflow(id: string, properties: ValueMap = {}, flags: Flags = {}): Task {
  const which = { namespace: 'test', flowId: 'child' };
  return build(id, 'io.kestra.plugin.core.flow.Subflow', { ...which, ...properties }, {}, flags);
}

export function workingDirectory(id: string, tasks: readonly Task[], extras: Extras = {}): Task {
  return build(id, 'io.kestra.plugin.core.flow.WorkingDirectory', {}, { tasks }, extras);
}

export function flow(tasks: readonly Task[], rest: Partial<Flow> = {}): Flow {
  return {
    id: 'flow',
    namespace: 'test',
    revision: 1,
    labels: [],
    inputs: [],
    outputs: [],
    variables: {},
    errors: [],
    finally: [],
    afterExecution: [],
    disabled: false,
    unused: [],
    source: '',
    ...rest,
    tasks,
  };
}

export function retry(rest: Partial<Retry> = {}): Retry {
  return {
    type: 'constant',
    interval: 'PT1S',
    maxAttempts: 3,
    warningOnRetry: false,
    behavior: 'RETRY_FAILED_TASK',
    ...rest,
  };
}

function build(
  id: string,
  type: string,
  properties: ValueMap,
  branches: Readonly<Record<string, readonly Task[]>>,
  extras: Extras = {},
): Task {
  const { errors, finally: last, ...flags } = extras;
  return {
    id,
    type,
    position: { line: 1, column: 1 },
    disabled: false,
    allowFailure: false,
    allowWarning: false,
    logToFile: false,
    properties,
    branches: { ...branches, ...(errors && { errors }), ...(last && { finally: last }) },
    ...flags,
  };
}
