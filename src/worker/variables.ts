/** The variables that expressions see (spec/expressions.md section 2), resolved when they are used. */
import type { Config } from '../config/config.ts';
import { type ExecutionState, taskOf } from '../engine/execution-state.ts';
import { workingDirectory } from '../engine/flowables/working-directory.ts';
import { setAt } from '../engine/output-tree.ts';
import { type Variables, variablesOf } from '../expression/render-context.ts';
import type { Execution, TaskRun } from '../model/execution.ts';
import type { Flow, Label } from '../model/flow.ts';
import type { Value, ValueMap } from '../model/value.ts';

/** Variables of an execution, with those of one of its task runs where there is one. */
export function executionVariables(
  state: ExecutionState,
  config: Config,
  inputs: () => ValueMap,
  run?: TaskRun,
): Variables {
  const { flow, execution } = state;
  const lazily = {
    ...startVariables(flow, execution, config),
    outputs: () => state.outputs,
    tasks: () => taskStates(state, run),
    ...(flow.inputs.length > 0 && { inputs }),
    ...(run && taskRunVariables(state, run)),
  };
  return variablesOf(lazily);
}

/** Those that are there before any task has run: the defaults of inputs see them too. */
export function startVariables(
  flow: Flow,
  execution: Execution,
  config: Config,
): Record<string, Value | (() => Value | undefined)> {
  const vars = execution.variables ?? flow.variables;
  return {
    flow: { id: flow.id, namespace: flow.namespace, revision: flow.revision, tenantId: 'main' },
    execution: () => ({
      id: execution.id,
      startDate: execution.state.histories[0]?.date ?? null,
      originalId: execution.originalId,
      // Kestra renders outputs before the execution's state moves.
      state: (execution.phase === 'outputs' ? undefined : execution.ending) ?? execution.state.current,
    }),
    envs: config.envs,
    globals: config.globals,
    labels: () => labelTree(execution.labels),
    kestra: () => ({
      ...(config.url !== undefined && { url: config.url }),
      ...(config.environment && { environment: config.environment }),
    }),
    ...(Object.keys(vars).length > 0 && { vars }),
    ...(execution.trigger && { trigger: execution.trigger }),
  };
}

function taskRunVariables(state: ExecutionState, run: TaskRun): Record<string, Value | (() => Value | undefined)> {
  const directory = directoryOf(state, run);
  // A task in a WorkingDirectory stands where that stands: it has its value, and its parents are those of it.
  const value = run.value ?? directory?.value;
  return {
    task: { id: run.taskId, type: taskOf(state.flow, run).type },
    taskrun: () => ({ ...taskRunMap(run), ...(value !== undefined && { value }) }),
    ...(directory && { workerTaskrun: () => taskRunMap(directory) }),
    parents: () => parents(state, directory ?? run),
    parent: () => parents(state, directory ?? run)[0],
  };
}

function taskRunMap(run: TaskRun): ValueMap {
  return {
    id: run.id,
    startDate: run.state.histories[0]?.date ?? null,
    attemptsCount: Math.max(0, run.attempts.length - 1),
    ...(run.parentTaskRunId !== undefined && { parentId: run.parentTaskRunId }),
    ...(run.value !== undefined && { value: run.value }),
    ...(run.iteration !== undefined && { iteration: run.iteration }),
  };
}

/** The task run of the WorkingDirectory that this one is a task of. */
function directoryOf(state: ExecutionState, run: TaskRun): TaskRun | undefined {
  const parent = run.parentTaskRunId === undefined ? undefined : state.taskRun(run.parentTaskRunId);
  return parent && taskOf(state.flow, parent).type === workingDirectory.type ? parent : undefined;
}

/** The task runs around this one that have a value or outputs, nearest first. */
function parents(state: ExecutionState, run: TaskRun): readonly ValueMap[] {
  return [...state.ancestors(run)]
    .map(parent => ({
      ...(parent.value !== undefined && { taskrun: { value: parent.value } }),
      ...(parent.outputs && { outputs: parent.outputs }),
    }))
    .filter(parent => Object.keys(parent).length > 0);
}

/** Labels as a map; dotted keys nest, and the last of equal keys wins. */
function labelTree(labels: readonly Label[]): ValueMap {
  const tree: Record<string, Value> = Object.create(null);
  for (const { key, value } of labels) setAt(tree, key.split('.'), value);
  return tree;
}

/** `tasks.<id>.state`, below ForEach values as outputs are. The asking task run is CREATED there, as in Kestra. */
function taskStates(state: ExecutionState, asking: TaskRun | undefined): ValueMap {
  const tree: Record<string, Value> = Object.create(null);
  for (const run of state.taskRuns()) {
    const shown = run.id === asking?.id ? 'CREATED' : run.state.current;
    setAt(tree, [run.taskId, ...state.values(run), 'state'], shown);
  }
  return tree;
}
